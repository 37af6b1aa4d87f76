package dev.millrace.embedded;

import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One of the servers, with its port and its data. When its process has ended, it can start a new one. Thread-safe. */
final class EmbeddedServer implements AutoCloseable {
    private final String name;
    private final Path log;
    private final Supplier<ServerProcess> launch;
    private final Consumer<ServerProcess> ready;
    private volatile @Nullable ServerProcess process;
    private boolean closed;

    /**
     * @param launch starts a process
     * @param ready waits until a process answers real requests
     */
    EmbeddedServer(String name, Path log, Supplier<ServerProcess> launch, Consumer<ServerProcess> ready) {
        this.name = name;
        this.log = log;
        this.launch = launch;
        this.ready = ready;
    }

    String name() {
        return name;
    }

    Path log() {
        return log;
    }

    /** Starts a process, unless the server was closed. */
    synchronized void start() {
        if (!closed) {
            process = launch.get();
        }
    }

    /** @throws EmbeddedServerException when the process ends, or does not answer in time */
    void awaitReady() {
        ready.accept(current());
    }

    boolean isAlive() {
        return current().isAlive();
    }

    long pid() {
        return current().pid();
    }

    /** Describes how the process ended and, if known, why. */
    String end() {
        return current().end();
    }

    private ServerProcess current() {
        ServerProcess current = process;
        if (current == null) {
            throw new IllegalStateException("the " + name + " server has not been started");
        }
        return current;
    }

    @Override
    public synchronized void close() {
        closed = true;
        ServerProcess current = process;
        if (current != null) {
            current.close();
        }
    }
}
