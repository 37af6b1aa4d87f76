package dev.millrace.platform.http;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a server, so that none is open for nothing: one that brings no request within its time, be it that the head
 * comes byte by byte, is closed. Thread-safe.
 */
final class OpenConnections {
    private static final class Use {
        private volatile @Nullable HttpServerRequest last;
        private volatile boolean upgraded;
        private volatile long idleSinceNanos;

        Use(long nowNanos) {
            this.idleSinceNanos = nowNanos;
        }

        boolean isBusy() {
            HttpServerRequest request = last;
            return upgraded || (request != null && !request.response().ended());
        }
    }

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
