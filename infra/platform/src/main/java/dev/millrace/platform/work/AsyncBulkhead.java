package dev.millrace.platform.work;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Bounds asynchronous calls that hold much memory while they wait for others: so many run at the same time, so many wait for one of
 * them to end, and further ones are refused with {@link SaturatedException}. Owners take turns. When no more may wait, the newest call of
 * the owner with most waiting gives way to one of an owner with fewer. A {@link Bulkhead} bounds calls that hold a thread. Metrics are
 * those of a bulkhead. Thread-safe.
 */
public final class AsyncBulkhead {
    private final Vertx vertx;
    private final String name;
    private final int maxWaiting;
    private final WorkQueue<Call> queue;
    private final Counter refused;

    private record Call(String owner, Runnable begin, Runnable refuse) {}

    public AsyncBulkhead(Vertx vertx, MeterRegistry metrics, String name, int atOnce, int maxWaiting) {
        this(vertx, metrics, name, atOnce, atOnce, maxWaiting);
    }

    /** @param perOwner calls of one owner that run at the same time */
    public AsyncBulkhead(Vertx vertx, MeterRegistry metrics, String name, int atOnce, int perOwner, int maxWaiting) {
        this.vertx = vertx;
        this.name = name;
        this.maxWaiting = maxWaiting;
        this.queue = new WorkQueue<>(atOnce, perOwner);
        this.refused = BulkheadMetrics.refused(metrics, name);
        BulkheadMetrics.active(metrics, name, this::active);
        BulkheadMetrics.waiting(metrics, name, this::waiting);
    }

    private synchronized int active() {
        return queue.running();
    }

    private synchronized int waiting() {
        return queue.waiting();
    }

    /**
     * Begins {@code work} on the caller's context, now or when others have ended; it runs until its future completes.
     *
     * @param owner on whose account it is
     */
    public <T> Future<T> call(String owner, Supplier<Future<T>> work) {
        Context context = vertx.getOrCreateContext();
        Promise<T> answer = Promise.promise();
        Runnable begin = () -> context.runOnContext(now -> Future.<Void>succeededFuture()
                .compose(it -> work.get())
                .onComplete(done -> next(owner).run())
                .onComplete(answer));
        Runnable refuse = () -> context.runOnContext(now -> answer.fail(new SaturatedException(name)));
        takeIn(new Call(owner, begin, refuse)).run();
        return answer.future();
    }

    /** Returns what follows from a new call: it begins, or it waits, or one that has no room is refused. */
    private synchronized Runnable takeIn(Call call) {
        queue.add(call.owner(), call);
        Optional<Call> started = queue.start();
        if (started.isPresent()) {
            return started.get().begin();
        }
        if (queue.waiting() <= maxWaiting) {
            return () -> {};
        }
        refused.increment();
        return queue.removeOfLongest(call.owner()).orElseThrow().refuse();
    }

    /** Returns the beginning of the call that takes the place of one that ended, if any waits. */
    private synchronized Runnable next(String owner) {
        queue.ended(owner);
        return queue.start().map(Call::begin).orElse(() -> {});
    }
}
