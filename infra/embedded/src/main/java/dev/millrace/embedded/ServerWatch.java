package dev.millrace.embedded;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restarts servers that ended unexpectedly, on the same port and data, as often as {@link Restarts} allows. After that it stops watching
 * all servers, since a stack without one of its servers is of no use. Each server has its own thread, so that no server has to wait until
 * another one is restarted. Several servers may end at the same time, for example when the disk is full.
 */
final class ServerWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerWatch.class);
    private static final long LOOK_EVERY_MS = 250;

    private final List<Thread> threads;
    private volatile Consumer<String> onRestart = news -> {};
    private volatile boolean closed;
    private volatile @Nullable String failure;

    ServerWatch(List<EmbeddedServer> servers) {
        this.threads = servers.stream().map(this::watcher).toList();
    }

    private Thread watcher(EmbeddedServer server) {
        var thread = new Thread(() -> watch(server), "server-watch-" + server.name());
        thread.setDaemon(true);
        return thread;
    }

    void start() {
        threads.forEach(Thread::start);
    }

    /** @param news receives a message about each restart when the server answers again, on the thread that watches the server */
    void onRestart(Consumer<String> news) {
        onRestart = news;
    }

    /** Returns which server cannot be kept running, why, and where its log is; empty while all is well. */
    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    private void watch(EmbeddedServer server) {
        var restarts = Restarts.NONE;
        try {
            while (isWatching()) {
                if (!server.isAlive() && isWatching()) {
                    restarts = revive(server, restarts);
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
            }
        } catch (InterruptedException e) {
            // close() interrupts the thread; nothing is left to do.
            Thread.currentThread().interrupt();
        }
    }

    private boolean isWatching() {
        return !closed && failure == null;
    }

    private Restarts revive(EmbeddedServer server, Restarts before) throws InterruptedException {
        String end = server.end();
        Restarts now = before;
        while (isWatching()) {
            now = now.endedAt(System.nanoTime());
            var pause = now.pause();
            LOG.atWarn()
                    .addKeyValue("server", server.name())
                    .addKeyValue("end", end)
                    .addKeyValue("again", pause.isPresent())
                    .log("a server ended unasked");
            if (pause.isEmpty()) {
                failure = "the " + server.name() + " server cannot be kept running, although it was started again "
                        + (now.ends().size() - 1) + " times: " + end + "; its log: " + server.log();
                return now;
            }
            TimeUnit.NANOSECONDS.sleep(pause.get().toNanos());
            try {
                server.start();
                server.awaitReady();
            } catch (RuntimeException e) {
                LOG.atWarn()
                        .addKeyValue("server", server.name())
                        .addKeyValue("cause", e)
                        .log("a server did not start again");
                end = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
                continue;
            }
            tell(end + " and was started again");
            return now;
        }
        return now;
    }

    /** Passes the message on. If the receiver throws an exception, the watch must go on. */
    private synchronized void tell(String news) {
        try {
            if (!closed) {
                onRestart.accept(news);
            }
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("cause", e).log("the news of a server's restart were not taken");
        }
    }

    /** Stops the watch. No server is started again after that. */
    @Override
    public void close() {
        closed = true;
        threads.forEach(Thread::interrupt);
    }
}
