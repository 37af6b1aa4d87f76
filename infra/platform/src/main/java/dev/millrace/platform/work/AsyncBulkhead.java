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
 * Bounds asynchronous calls that hold much memory while they wait for something else. A limited number of calls runs at the same time, a
 * limited number waits until one of them ends, and further calls are refused with {@link SaturatedException}. Owners take turns. When no
 * more calls may wait, the newest waiting call of the owner with the most waiting calls is refused. A {@link Bulkhead} bounds calls that
 * hold a thread. Has the metrics of a {@link Bulkhead} except {@code bulkhead.late}. Thread-safe.
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

    /** @param perOwner how many calls of one owner may run at the same time */
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
     * Starts {@code work} on the caller's context, now or when other calls have ended. The call ends when the future of {@code work}
     * completes.
     *
     * @param owner the owner that the call belongs to
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

    /**
     * Adds a call and returns what to run next: the start of a call, nothing if the call has to wait, or the refusal of a call if too many
     * wait.
     */
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

    /** Notes that a call has ended, and returns the start of the next waiting call, or an action that does nothing. */
    private synchronized Runnable next(String owner) {
        queue.ended(owner);
        return queue.start().map(Call::begin).orElse(() -> {});
    }
}
