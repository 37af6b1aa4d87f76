package dev.millrace.platform.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BulkheadTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    private final Vertx vertx = Vertx.vertx();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void close() {
        release.countDown();
        vertx.close();
    }

    private Bulkhead bulkhead(String name, int threads, int waiting, Duration deadline) {
        return new Bulkhead(vertx, metrics, name, new Bulkhead.Limits(threads, waiting, deadline));
    }

    private static <T> T join(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private boolean hang() throws InterruptedException {
        release.await();
        return true;
    }

    @Test
    void refusesAtOnceWhatItHasNoRoomForAndOtherBulkheadsGoOn() throws Exception {
        Bulkhead hung = bulkhead("hung", 2, 1, LONG);
        Bulkhead other = bulkhead("other", 1, 1, LONG);
        var calls = new ArrayList<Future<Boolean>>();
        for (int i = 0; i < 3; i++) {
            calls.add(hung.call(this::hang));
        }

        Future<Boolean> surplus = hung.call(this::hang);

        assertThat(surplus.failed()).isTrue();
        assertThat(surplus.cause()).isInstanceOf(SaturatedException.class);
        assertThat(hung.isSaturated()).isTrue();
        assertThat(metrics.counter("bulkhead.refused", "name", "hung").count()).isEqualTo(1);
        assertThat(metrics.get("bulkhead.waiting").tag("name", "hung").gauge().value())
                .isEqualTo(1);
        assertThat(join(other.call(() -> "answered"))).isEqualTo("answered");
        release.countDown();
        for (Future<Boolean> call : calls) {
            assertThat(join(call)).isTrue();
        }
        assertThat(join(hung.call(() -> "again"))).isEqualTo("again");
    }

    @Test
    void endsACallAtItsDeadlineAndHasItsThreadBack() throws Exception {
        Bulkhead bulkhead = bulkhead("late", 1, 4, Duration.ofMillis(100));
        var interrupted = new CountDownLatch(1);

        Future<Boolean> late = bulkhead.call(() -> {
            try {
                return hang();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        });

        assertThatThrownBy(() -> join(late)).hasCauseInstanceOf(TimeoutException.class);
        assertThat(interrupted.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(join(bulkhead.call(() -> Thread.currentThread().isInterrupted())))
                .isFalse();
        assertThat(metrics.counter("bulkhead.late", "name", "late").count()).isEqualTo(1);
    }

    @Test
    void doesNotRunWhatWaitedTooLong() throws Exception {
        Bulkhead bulkhead = bulkhead("queue", 1, 4, Duration.ofMillis(200));
        var ran = new AtomicBoolean();
        var inWork = new CountDownLatch(1);
        Future<Boolean> first = bulkhead.call(() -> {
            inWork.countDown();
            boolean done = false;
            while (!done) {
                try {
                    done = hang();
                } catch (InterruptedException e) {
                    // The work ignores the interrupt, as a native call would.
                    done = false;
                }
            }
            return done;
        });
        assertThat(inWork.await(60, TimeUnit.SECONDS)).isTrue();

        Future<Boolean> waiting = bulkhead.call(() -> {
            ran.set(true);
            return true;
        });

        assertThatThrownBy(() -> join(waiting)).hasCauseInstanceOf(TimeoutException.class);
        release.countDown();
        assertThatThrownBy(() -> join(first)).hasCauseInstanceOf(TimeoutException.class);
        join(bulkhead.call(() -> true));
        assertThat(ran).isFalse();
    }

    @Test
    void passesFailuresOn() {
        Bulkhead bulkhead = bulkhead("failing", 1, 4, LONG);

        Future<Object> failed = bulkhead.call(() -> {
            throw new IOException("of the work");
        });

        assertThatThrownBy(() -> join(failed)).hasRootCauseMessage("of the work");
    }

    @Test
    void answersOnTheCallersContext() throws Exception {
        Bulkhead bulkhead = bulkhead("context", 1, 4, LONG);
        var context = vertx.getOrCreateContext();
        var same = new AtomicInteger();
        var answered = new CountDownLatch(1);

        context.runOnContext(it -> bulkhead.call(() -> true).onComplete(done -> {
            same.set(Vertx.currentContext() == context ? 1 : -1);
            answered.countDown();
        }));

        assertThat(answered.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(same).hasValue(1);
    }
}
