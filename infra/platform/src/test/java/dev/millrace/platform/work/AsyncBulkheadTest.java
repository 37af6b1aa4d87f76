package dev.millrace.platform.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AsyncBulkheadTest {
    private final Vertx vertx = Vertx.vertx();
    private final List<Promise<String>> begun = new CopyOnWriteArrayList<>();
    private final List<String> beginners = new CopyOnWriteArrayList<>();
    private final AsyncBulkhead bulkhead = new AsyncBulkhead(vertx, new SimpleMeterRegistry(), "test", 2, 3);

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private Future<String> call() {
        return call("alice");
    }

    private Future<String> call(String owner) {
        return bulkhead.call(owner, () -> {
            Promise<String> work = Promise.promise();
            begun.add(work);
            beginners.add(owner);
            return work.future();
        });
    }

    private void awaitBegun(int count) {
        await("so many calls have begun").atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(begun)
                .hasSize(count));
    }

    @Test
    void runsSomeAtATimeAndRefusesWhatHasNoRoomToWait() throws Exception {
        var calls = new ArrayList<Future<String>>();
        for (int i = 0; i < 6; i++) {
            calls.add(call());
        }

        awaitBegun(2);
        await("the last is refused").atMost(Duration.ofSeconds(30)).until(calls.get(5)::failed);
        assertThat(calls.get(5).cause()).isInstanceOf(SaturatedException.class);
        begun.get(0).complete("first");
        awaitBegun(3);
        begun.get(1).fail("second");
        awaitBegun(4);
        begun.get(2).complete("third");
        awaitBegun(5);
        begun.subList(3, 5).forEach(it -> it.complete("last"));
        for (int i : new int[] {0, 2, 3, 4}) {
            assertThat(calls.get(i).toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS))
                    .isNotEmpty();
        }
        assertThat(calls.get(1).cause()).hasMessage("second");
    }

    @Test
    void anOwnerWithManyCallsGivesWayToOneWithFew() {
        var calls = new ArrayList<Future<String>>();
        for (int i = 0; i < 5; i++) {
            calls.add(call("alice"));
        }
        awaitBegun(2);

        Future<String> bob = call("bob");

        await("the newest of the other owner is refused")
                .atMost(Duration.ofSeconds(30))
                .until(calls.get(4)::failed);
        assertThat(calls.get(4).cause()).isInstanceOf(SaturatedException.class);
        assertThat(bob.isComplete()).isFalse();
        begun.get(0).complete("first");
        awaitBegun(3);
        begun.get(1).complete("second");
        awaitBegun(4);
        assertThat(beginners).containsExactly("alice", "alice", "alice", "bob");
    }

    @Test
    void aCallThatThrowsGivesItsPlaceBack() {
        for (int i = 0; i < 5; i++) {
            Future<String> broken = bulkhead.call("alice", () -> {
                throw new IllegalStateException("broken");
            });
            await("it has failed").atMost(Duration.ofSeconds(30)).until(broken::failed);
        }

        call();

        awaitBegun(1);
    }
}
