package dev.millrace.platform.http;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.atomic.AtomicLong;

/** Gives each request an id, returned in {@code X-Request-Id} and in problems. */
public final class RequestId implements Handler<RoutingContext> {
    private static final String KEY = "millrace.requestId";

    private final String prefix =
            Long.toString(ProcessHandle.current().pid(), 36) + "-" + Long.toString(System.nanoTime(), 36);
    private final AtomicLong next = new AtomicLong();

    @Override
    public void handle(RoutingContext context) {
        String id = prefix + "-" + next.incrementAndGet();
        context.put(KEY, id);
        context.response().putHeader("X-Request-Id", id);
        context.next();
    }

    static String of(RoutingContext context) {
        String id = context.get(KEY);
        return id == null ? "none" : id;
    }
}
