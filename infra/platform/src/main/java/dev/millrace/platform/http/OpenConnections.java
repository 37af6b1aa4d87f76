package dev.millrace.platform.http;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps track of a server's open connections and closes those that are of no use: a connection that does not bring a complete request head
 * in time, even if it sends the head byte by byte, and a connection whose client reads nothing of what is sent to it. Thread-safe.
 */
final class OpenConnections {
    private static final Logger LOG = LoggerFactory.getLogger(OpenConnections.class);

    private static final class Use {
        private volatile @Nullable HttpServerRequest last;
        private volatile boolean upgraded;
        private volatile long idleSinceNanos;

        /**
         * The state of the outbound queue at the last check. The next two fields are the time of that check and how long the client has
         * read nothing.
         */
        private OutboundQueue.State untaken = new OutboundQueue.State(0, 0, 0);

        private long lookedNanos;
        private long stuckNanos;

        Use(long nowNanos) {
            this.idleSinceNanos = nowNanos;
        }

        /**
         * Returns whether the client has read nothing for longer than {@code limitNanos} although data is waiting for it. At most two
         * seconds between two checks count, since this process may have been suspended in between. To be called on the connection's event
         * loop.
         */
        boolean isStuck(OutboundQueue.State now, long nowNanos, long limitNanos) {
            boolean isSame = !now.isEmpty() && now.equals(untaken);
            stuckNanos = isSame ? stuckNanos + Math.min(MOST_BETWEEN_LOOKS_NANOS, nowNanos - lookedNanos) : 0;
            untaken = now;
            lookedNanos = nowNanos;
            return stuckNanos > limitNanos;
        }

        boolean isBusy() {
            HttpServerRequest request = last;
            return upgraded || (request != null && !request.response().ended());
        }
    }

    /** The most time that counts between two checks. Normally checks are one second apart. */
    private static final long MOST_BETWEEN_LOOKS_NANOS = 2_000_000_000L;

    private final HttpLimits limits;
    private final Map<HttpConnection, Use> uses = new ConcurrentHashMap<>();

    OpenConnections(HttpLimits limits) {
        this.limits = limits;
    }

    void opened(HttpConnection connection, long nowNanos) {
        if (uses.size() >= limits.maxConnections()) {
            connection.close();
            return;
        }
        uses.put(connection, new Use(nowNanos));
        connection.closeHandler(closed -> closed(connection));
    }

    void requested(HttpServerRequest request) {
        Use use = uses.get(request.connection());
        if (use != null) {
            use.last = request;
        }
    }

    /**
     * Notes that the connection is a WebSocket from now on. Its own close handler is no longer called, so the close handler of the
     * WebSocket must call {@link #closed}.
     */
    void upgraded(HttpConnection connection) {
        Use use = uses.get(connection);
        if (use != null) {
            use.upgraded = true;
        }
    }

    void closed(HttpConnection connection) {
        uses.remove(connection);
    }

    int count() {
        return uses.size();
    }

    /**
     * Closes connections that have been idle for too long or whose clients have read nothing for too long. To be called about once a
     * second.
     */
    void sweep(long nowNanos) {
        uses.forEach((connection, use) -> {
            OutboundQueue queue = OutboundQueue.of(connection);
            queue.look(untaken -> {
                // Takes the time when the check really runs: an event loop that was blocked runs several checks in
                // quick succession.
                if (use.isStuck(untaken, System.nanoTime(), limits.readerMs() * 1_000_000L)) {
                    LOG.atInfo()
                            .addKeyValue("remote", connection.remoteAddress())
                            .log("a client is dropped, it takes nothing of what is sent to it");
                    queue.cut();
                }
            });
            if (use.isBusy()) {
                use.idleSinceNanos = nowNanos;
                return;
            }
            long limitMs = use.last == null ? limits.headMs() : limits.keepAliveMs();
            if (nowNanos - use.idleSinceNanos > limitMs * 1_000_000) {
                connection.close();
            }
        });
    }
}
