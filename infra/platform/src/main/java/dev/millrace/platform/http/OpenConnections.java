package dev.millrace.platform.http;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of a server, so that none is open for nothing: one that brings no request within its time, be it that the head
 * comes byte by byte, is closed, and so is one whose client takes nothing of what is sent to it. Thread-safe.
 */
final class OpenConnections {
    private static final Logger LOG = LoggerFactory.getLogger(OpenConnections.class);

    private static final class Use {
        private volatile @Nullable HttpServerRequest last;
        private volatile boolean upgraded;
        private volatile long idleSinceNanos;

        /** The bytes that waited for the client at the last look, the time of that look, and how long the client has taken nothing. */
        private OutboundQueue.State untaken = new OutboundQueue.State(0, 0, 0);

        private long lookedNanos;
        private long stuckNanos;

        Use(long nowNanos) {
            this.idleSinceNanos = nowNanos;
        }

        /**
         * Whether the client has taken nothing for so long although there is something to take. Time in which nobody looked does not count: the
         * process may have been stopped. For the connection's event loop.
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

    /** Looks are a second apart. */
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

    /** The connection is a WebSocket from now on. Its own close handler is not called any more: the socket's is to call {@link #closed}. */
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

    /** Closes what has been idle for too long; to be called about once a second. */
    void sweep(long nowNanos) {
        uses.forEach((connection, use) -> {
            OutboundQueue queue = OutboundQueue.of(connection);
            queue.look(untaken -> {
                // By the time of the look: a loop that was held up makes several at once.
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
