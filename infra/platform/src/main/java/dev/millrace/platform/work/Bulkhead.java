package dev.millrace.platform.work;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A limited number of threads for the calls of one dependency, so that a dependency that hangs does not block other work. A call runs at
 * once, waits in a bounded queue, or is refused with {@link SaturatedException}. A call that has not ended at its deadline, which includes
 * the time in the queue, fails with {@link TimeoutException}, and its thread is interrupted. Metrics {@code bulkhead.active}, {@code
 * bulkhead.waiting}, {@code bulkhead.refused} and {@code bulkhead.late} are tagged with the name. Thread-safe.
 */
public final class Bulkhead {
    private static final long IDLE_S = 30;

    /**
     * The limits of a bulkhead.
     *
     * @param threads how many calls run at the same time
     * @param waiting how many calls may wait for a thread, at least one; further calls are refused
     * @param deadline longest time for a call, including its time in the queue
     */
    public record Limits(int threads, int waiting, Duration deadline) {}

    private final Vertx vertx;
    private final String name;
    private final Limits limits;
    private final ThreadPoolExecutor threads;
    private final Counter refused;
    private final Counter late;

    public Bulkhead(Vertx vertx, MeterRegistry metrics, String name, Limits limits) {
        this.vertx = vertx;
        this.name = name;
        this.limits = limits;
        var numbers = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                limits.threads(),
                limits.threads(),
                IDLE_S,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(Math.max(1, limits.waiting())),
                task -> {
                    var thread = new Thread(task, name + "-" + numbers.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        this.refused = BulkheadMetrics.refused(metrics, name);
        this.late = BulkheadMetrics.late(metrics, name);
        BulkheadMetrics.active(metrics, name, threads::getActiveCount);
        BulkheadMetrics.waiting(metrics, name, () -> threads.getQueue().size());
    }

    /** Whether another call would be refused now. */
    public boolean isSaturated() {
        return threads.getQueue().remainingCapacity() == 0;
    }

    /** Runs {@code work} on a thread of this bulkhead. The future completes on the caller's context. This method never blocks. */
    public <T> Future<T> call(Callable<T> work) {
        Context context = vertx.getOrCreateContext();
        Promise<T> promise = Promise.promise();
        var started = new Call<>(work, promise);
        try {
            threads.execute(started);
        } catch (RejectedExecutionException e) {
            refused.increment();
            return Future.failedFuture(new SaturatedException(name));
        }
        long timer = vertx.setTimer(limits.deadline().toMillis(), it -> {
            threads.remove(started);
            if (started.giveUp(new TimeoutException(
                    name + " took longer than " + limits.deadline().toMillis() + " ms"))) {
                late.increment();
            }
        });
        Promise<T> onContext = Promise.promise();
        promise.future().onComplete(result -> {
            vertx.cancelTimer(timer);
            context.runOnContext(it -> onContext.handle(result));
        });
        return onContext.future();
    }

    /** Accepts no more calls, interrupts those that run, and fails those that wait. */
    public void close() {
        for (Runnable waiting : threads.shutdownNow()) {
            if (waiting instanceof Call<?> call) {
                call.giveUp(new TimeoutException(name + " is being stopped"));
            }
        }
    }

    /** A call. Its thread is interrupted only while it runs this call. */
    private static final class Call<T> implements Runnable {
        private final Callable<T> work;
        private final Promise<T> promise;
        private @Nullable Thread runner;

        Call(Callable<T> work, Promise<T> promise) {
            this.work = work;
            this.promise = promise;
        }

        @Override
        public void run() {
            synchronized (this) {
                if (promise.future().isComplete()) {
                    return;
                }
                runner = Thread.currentThread();
            }
            try {
                promise.tryComplete(work.call());
            } catch (Throwable e) {
                promise.tryFail(e);
                if (e instanceof VirtualMachineError fatal) {
                    throw fatal;
                }
            } finally {
                synchronized (this) {
                    runner = null;
                    // Clears an interrupt that came too late, since it must not affect the next call of this thread.
                    Thread.interrupted();
                }
            }
        }

        boolean giveUp(Exception why) {
            synchronized (this) {
                boolean first = promise.tryFail(why);
                if (first && runner != null) {
                    runner.interrupt();
                }
                return first;
            }
        }
    }
}
