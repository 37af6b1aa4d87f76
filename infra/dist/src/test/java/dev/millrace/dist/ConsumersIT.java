package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.platform.kafka.BatchConsumer;
import dev.millrace.platform.kafka.ConcurrentConsumer;
import dev.millrace.platform.kafka.EventPublisher;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.platform.kafka.UnprocessableEventException;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.OutputChunk;
import dev.millrace.schemas.topic.Topic;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Tests consumers against real Kafka. Each test uses its own consumer group, and publishes output chunks of a task that nothing else
 * processes.
 */
class ConsumersIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    private final KafkaSettings kafka = SharedStack.get().platform().kafka();
    private final Vertx vertx = Vertx.vertx();
    private final String group = "consumers-it-" + System.nanoTime();
    private final String taskId = Ids.taskId(Ids.jobId("consumers", group), 0);
    private final ConcurrentLinkedQueue<Long> processed = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean backendIsAway = new AtomicBoolean();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** Publishes the chunks 0 to {@code count} - 1 of one attempt. They are all in one partition, because they belong to one task. */
    private void publish(int count) throws Exception {
        try (var publisher = new EventPublisher(kafka, "test", group, Clock.systemUTC())) {
            for (int number = 0; number < count; number++) {
                Event chunk = new OutputChunk(taskId, 1, new Epoch(1, 1), "stdout", null, number, 0, "");
                publisher.publish(chunk).toCompletableFuture().get(20, TimeUnit.SECONDS);
            }
        }
    }

    private boolean isMine(BatchConsumer.Received event) {
        return event.envelope().data() instanceof OutputChunk chunk
                && chunk.taskId().equals(taskId);
    }

    private static long number(BatchConsumer.Received event) {
        return ((OutputChunk) event.envelope().data()).offset();
    }

    private Future<Void> process(BatchConsumer.Received event) {
        if (!isMine(event)) {
            return Future.succeededFuture();
        }
        if (number(event) == 3 && backendIsAway.get()) {
            return Future.failedFuture("the backend is away");
        }
        processed.add(number(event));
        return Future.succeededFuture();
    }

    private BatchConsumer batchConsumer() {
        return new BatchConsumer(
                vertx, kafka, group, Set.of(Topic.LOGS), 1, new BatchConsumer.Gathering(1, 100, 0), events -> process(
                                events.get(0))
                        .map(List.of()));
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(40, TimeUnit.SECONDS);
    }

    @Test
    void aBatchThatFailedComesAgainAfterAStop() throws Exception {
        publish(6);
        backendIsAway.set(true);
        BatchConsumer first = batchConsumer();
        done(first.start());
        await("the failing batch to be tried")
                .atMost(SOON)
                .until(() -> first.trouble() != null && processed.size() >= 3);

        done(first.stop());
        backendIsAway.set(false);
        BatchConsumer second = batchConsumer();
        done(second.start());

        await("everything to be processed").atMost(SOON).untilAsserted(() -> assertThat(processed)
                .contains(0L, 1L, 2L, 3L, 4L, 5L));
        done(second.stop());
    }

    private ConcurrentConsumer concurrentConsumer(ConcurrentConsumer.Processor processor) {
        return new ConcurrentConsumer(
                vertx,
                kafka,
                group,
                Set.of(Topic.LOGS),
                new ConcurrentConsumer.Limits(4, 2, 100),
                event -> isMine(event) ? "mine" : "others",
                processor);
    }

    private long committed() throws Exception {
        try (Admin admin = Admin.create(kafka.admin("consumers-it"))) {
            return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().values().stream()
                    .mapToLong(it -> it.offset())
                    .sum();
        }
    }

    @Test
    void anEventThatFailsHoldsUpNoOther() throws Exception {
        publish(6);
        backendIsAway.set(true);
        ConcurrentConsumer consumer = concurrentConsumer(this::process);

        done(consumer.start(assigned -> {}));

        await("all but the failing event").atMost(SOON).untilAsserted(() -> assertThat(processed)
                .contains(0L, 1L, 2L, 4L, 5L)
                .doesNotContain(3L));
        backendIsAway.set(false);
        await("the failing event").atMost(SOON).untilAsserted(() -> assertThat(processed)
                .contains(3L));
        done(consumer.stop());
    }

    @Test
    void anEventThatFailedComesAgainAfterAStop() throws Exception {
        publish(6);
        backendIsAway.set(true);
        ConcurrentConsumer first = concurrentConsumer(this::process);
        done(first.start(assigned -> {}));
        await("all but the failing event").atMost(SOON).untilAsserted(() -> assertThat(processed)
                .contains(0L, 1L, 2L, 4L, 5L));
        done(first.stop());
        backendIsAway.set(false);
        ConcurrentConsumer second = concurrentConsumer(this::process);

        done(second.start(assigned -> {}));

        await("the failed event").atMost(SOON).untilAsserted(() -> assertThat(processed)
                .contains(3L));
        done(second.stop());
    }

    @Test
    void anEventThatCanNeverBeProcessedIsPutAside() throws Exception {
        publish(3);
        ConcurrentConsumer consumer = concurrentConsumer(event -> isMine(event) && number(event) == 1
                ? Future.failedFuture(new UnprocessableEventException("makes no sense"))
                : process(event));
        done(consumer.start(assigned -> {}));
        await("the others").atMost(SOON).untilAsserted(() -> assertThat(processed)
                .contains(0L, 2L));

        await("its offset to be passed").atMost(SOON).until(() -> committed() > 0);

        assertThat(processed).doesNotContain(1L);
        done(consumer.stop());
    }
}
