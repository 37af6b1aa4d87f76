package dev.millrace.platform.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AsyncLoopTest {
    /** The stack would overflow long before this number of steps if each step called the next one. */
    private static final int MANY = 200_000;

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger steps = new AtomicInteger();

    @AfterEach
    void close() throws Exception {
        done(vertx.close());
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private Future<Boolean> later() {
        Promise<Boolean> promise = Promise.promise();
        vertx.getOrCreateContext().runOnContext(now -> promise.complete(steps.incrementAndGet() < MANY));
        return promise.future();
    }

    @Test
    void endsAfterMoreStepsThanAStackHasRoomFor() throws Exception {
        Promise<Void> end = Promise.promise();
        vertx.runOnContext(now -> AsyncLoop.whileTrue(this::later).onComplete(end));

        done(end.future());

        assertThat(steps).hasValue(MANY);
    }

    @Test
    void endsAfterAsManyStepsThatAreCompleteAtOnce() throws Exception {
        done(AsyncLoop.whileTrue(() -> Future.succeededFuture(steps.incrementAndGet() < MANY)));

        assertThat(steps).hasValue(MANY);
    }

    @Test
    void failsWithTheFirstStepThatFailsOrThrows() {
        var broken = new StackOverflowError();

        assertThat(AsyncLoop.whileTrue(() -> Future.failedFuture("away")).cause())
                .hasMessage("away");
        assertThat(AsyncLoop.whileTrue(() -> {
                            throw broken;
                        })
                        .cause())
                .isSameAs(broken);
    }
}
