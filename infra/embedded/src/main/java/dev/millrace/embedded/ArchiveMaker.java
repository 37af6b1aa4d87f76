package dev.millrace.embedded;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes the class archives that servers lack, one after the other, in the background. Their next start then is faster. */
final class ArchiveMaker implements AutoCloseable {
    /** The start of whatever uses the servers goes first, and makes them load more classes. */
    private static final long DELAY_S = 20;

    private static final long END_LIMIT_S = 5;

    private final Thread thread;

    ArchiveMaker(List<EmbeddedServer> servers, ServerClassPath classPath) {
        this.thread = new Thread(() -> makeMissing(servers, classPath), "class-archives");
        thread.setDaemon(true);
    }

    /** To be called once, when the servers run. */
    void start() {
        thread.start();
    }

    private static void makeMissing(List<EmbeddedServer> servers, ServerClassPath classPath) {
        try {
            TimeUnit.SECONDS.sleep(DELAY_S);
            servers.forEach(server -> make(server, classPath));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void make(EmbeddedServer server, ServerClassPath classPath) {
        ClassArchive archive = classPath.archive(server.name());
        if (!Thread.currentThread().isInterrupted() && !archive.isCurrent()) {
            ProcessHandle.of(server.pid()).ifPresent(archive::make);
        }
    }

    /** Gives up the one that is being made. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(END_LIMIT_S));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
