package dev.millrace.platform.work;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
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
    private final int atOnce;
    private final int maxWaiting;
    /** By owner, whose turn it is first; none is empty. */
    private final Map<String, Deque<Call>> waiting = new LinkedHashMap<>();

    private final Counter refused;
    private int running;

    private record Call(Runnable begin, Runnable refuse) {}

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
        return waiting.values().stream().mapToInt(Deque::size).sum();
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
                .onComplete(done -> ended())
                .onComplete(answer));
        var call = new Call(begin, () -> context.runOnContext(now -> answer.fail(new SaturatedException(name))));
        begin(owner, call).run();
        return answer.future();
    }

    /** Takes a new call in and returns what follows: it begins, or it waits, or one that has no room is refused. */
    private synchronized Runnable begin(String owner, Call call) {
        if (running < atOnce) {
            running++;
            return call.begin();
        }
        waiting.computeIfAbsent(owner, it -> new ArrayDeque<>()).add(call);
        if (waitingCount() <= maxWaiting) {
            return () -> {};
        }
        refused.increment();
        // Of owners with equally many the one that came last, which is this one if it is among them.
        String most = waiting.keySet().stream()
                .max(Comparator.comparingInt((String it) -> waitingOf(it).size())
                        .thenComparing(it -> it.equals(owner)))
                .orElseThrow();
        Call last = waitingOf(most).removeLast();
        if (waitingOf(most).isEmpty()) {
            waiting.remove(most);
        }
        return last.refuse();
    }

    private Deque<Call> waitingOf(String owner) {
        return waiting.getOrDefault(owner, new ArrayDeque<>());
    }

    private void ended() {
        next().ifPresent(call -> call.begin().run());
    }

    /** The oldest call of the owner whose turn it is, which takes the place of one that ended. */
    private synchronized Optional<Call> next() {
        Optional<String> owner = waiting.keySet().stream().findFirst();
        if (owner.isEmpty()) {
            running--;
            return Optional.empty();
        }
        Deque<Call> calls = Objects.requireNonNull(waiting.remove(owner.get()));
        Call next = calls.remove();
        if (!calls.isEmpty()) {
            // Behind the other owners.
            waiting.put(owner.get(), calls);
        }
        return Optional.of(next);
    }
}
