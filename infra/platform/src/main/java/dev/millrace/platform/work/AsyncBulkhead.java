package dev.millrace.platform.work;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounds asynchronous calls that hold much memory while they wait for others: so many run at the same time, so many wait for one of
 * them to end, first come first served, and further ones are refused with {@link SaturatedException}. A {@link Bulkhead} bounds calls that
 * hold a thread. Metrics are those of a bulkhead. Thread-safe.
 */
public final class AsyncBulkhead {
    private final Vertx vertx;
    private final String name;
    private final int atOnce;
    private final int maxWaiting;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private final Counter refused;
    private int running;

    public AsyncBulkhead(Vertx vertx, MeterRegistry metrics, String name, int atOnce, int maxWaiting) {
        this.vertx = vertx;
        this.name = name;
        this.atOnce = atOnce;
        this.maxWaiting = maxWaiting;
        this.refused = metrics.counter("bulkhead.refused", "name", name);
        Gauge.builder("bulkhead.active", this, AsyncBulkhead::active)
                .tag("name", name)
                .register(metrics);
        Gauge.builder("bulkhead.waiting", this, AsyncBulkhead::waitingCount)
                .tag("name", name)
                .register(metrics);
    }

    private synchronized int active() {
        return running;
    }

    private synchronized int waitingCount() {
        return waiting.size();
    }

    /** Begins {@code work} on the caller's context, now or when others have ended; it runs until its future completes. */
    public <T> Future<T> call(Supplier<Future<T>> work) {
        Context context = vertx.getOrCreateContext();
        Promise<T> answer = Promise.promise();
        Runnable begin = () -> context.runOnContext(now -> Future.<Void>succeededFuture()
                .compose(it -> work.get())
                .onComplete(done -> ended())
                .onComplete(answer));
        synchronized (this) {
            if (running < atOnce) {
                running++;
            } else if (waiting.size() < maxWaiting) {
                waiting.add(begin);
                return answer.future();
            } else {
                refused.increment();
                return Future.failedFuture(new SaturatedException(name));
            }
        }
        begin.run();
        return answer.future();
    }

    private void ended() {
        @Nullable Runnable next;
        synchronized (this) {
            next = waiting.poll();
            if (next == null) {
                running--;
            }
        }
        if (next != null) {
            next.run();
        }
    }
}
