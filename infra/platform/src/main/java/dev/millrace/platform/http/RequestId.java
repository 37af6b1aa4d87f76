package dev.millrace.platform.http;

import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.atomic.AtomicLong;

/** Gives each request an id, returned in {@code X-Request-Id} and in problems. Thread-safe. */
final class RequestId {
    private static final String HEADER = "X-Request-Id";

    private final String prefix =
            Long.toString(ProcessHandle.current().pid(), 36) + "-" + Long.toString(System.nanoTime(), 36);
    private final AtomicLong next = new AtomicLong();

    void give(HttpServerRequest request) {
        request.response().putHeader(HEADER, prefix + "-" + next.incrementAndGet());
    }

    static String of(HttpServerRequest request) {
        String id = request.response().headers().get(HEADER);
        return id == null ? "none" : id;
    }
}
