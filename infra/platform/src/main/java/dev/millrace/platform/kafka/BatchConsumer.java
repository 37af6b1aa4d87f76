package dev.millrace.platform.kafka;

import dev.millrace.schemas.codec.EventEnvelope;
import dev.millrace.schemas.topic.Topic;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes the events that a consumer group reads to a processor, batch by batch, and commits a batch only after it was processed. So every
 * event is processed at least once, in the order of its partition. A batch that fails is tried again until it succeeds, with a growing
 * pause of at most five seconds. If the consumer is stopped meanwhile, the batch is read again at the next start. Records that are not
 * events are sent to the dead letters before the batch is processed. Runs on one Vert.x context.
 */
public final class BatchConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(BatchConsumer.class);
    private static final long POLL_AGAIN_MS = 1_000;

    /** An event and its position in Kafka. */
    public record Received(String topic, int partition, long offset, long timestampMs, EventEnvelope envelope) {}

    /**
     * How long records may wait so that they are read and committed together with later ones, which costs less.
     *
     * @param minBytes how many bytes a broker collects before it answers a read
     * @param maxWaitMs how long a broker waits at most for {@code minBytes}
     * @param commitEveryMs shortest time between two commits
     */
    public record Gathering(int minBytes, int maxWaitMs, long commitEveryMs) {}

    /** An event that can never be processed, however often it is tried, and why. */
    public record Refused(Received event, String reason) {}

    /** Processes batches. Must be idempotent, since it may get a batch again. */
    public interface Processor {
        /**
         * Processes one or more events. Succeeds when the batch is processed, and returns the events that cannot be processed, which then
         * go to the dead letters.
         */
        Future<List<Refused>> process(List<Received> events);
    }

    private final String name;
    private final Vertx vertx;
    private final Processor processor;
    private final EventConsumer consumer;
    private final UntilDone untilDone;
    private final ConsumerProgress progress = new ConsumerProgress();
    private final Promise<Void> stopped = Promise.promise();
    private final long commitEveryNanos;
    private long committedNanos = System.nanoTime();
    private volatile boolean stopping;

    /**
     * @param maxRecords largest number of records in a batch; a batch must be processed within the group's poll interval of five minutes
     * @param gathering how long records may wait for others
     */
    public BatchConsumer(
            Vertx vertx,
            KafkaSettings settings,
            String name,
            Set<Topic> topics,
            int maxRecords,
            Gathering gathering,
            Processor processor) {
        this.vertx = vertx;
        this.name = name;
        this.processor = processor;
        var config = settings.groupConsumer(name, name);
        config.put("max.poll.records", Integer.toString(maxRecords));
        config.put("fetch.min.bytes", Integer.toString(gathering.minBytes()));
        config.put("fetch.max.wait.ms", Integer.toString(gathering.maxWaitMs()));
        this.commitEveryNanos = gathering.commitEveryMs() * 1_000_000L;
        this.consumer = new EventConsumer(vertx, settings, name, topics, config);
        this.untilDone = new UntilDone(vertx, name, () -> stopping);
    }

    public Future<Void> start() {
        return consumer.subscribe(partitions -> {}).onSuccess(done -> poll());
    }

    /** Returns why no events are processed at present, or null if all is well. */
    public @Nullable String trouble() {
        return progress.trouble();
    }

    private void poll() {
        if (stopping) {
            consumer.commit().onComplete(done -> stopped.tryComplete());
            return;
        }
        consumer.poll()
                .compose(this::handle)
                .onSuccess(done -> {
                    progress.advanced();
                    poll();
                })
                .onFailure(failure -> {
                    progress.failed(failure);
                    LOG.atWarn()
                            .addKeyValue("consumer", name)
                            .addKeyValue("cause", failure)
                            .log("cannot read; trying again");
                    vertx.setTimer(POLL_AGAIN_MS, timer -> consumer.context().runOnContext(now -> poll()));
                });
    }

    private Future<Void> handle(EventConsumer.Batch batch) {
        if (batch.isEmpty()) {
            return commitIfDue();
        }
        return putAside(batch.unprocessable())
                .compose(sent -> batch.incoming().isEmpty()
                        ? Future.succeededFuture()
                        : untilDone.attempt(
                                "a batch of " + batch.incoming().size(),
                                () -> processor
                                        .process(batch.events())
                                        .compose(refused -> putAside(batch.unprocessable(refused))),
                                progress))
                .compose(done -> {
                    batch.events().forEach(consumer::processed);
                    return commitIfDue();
                });
    }

    private Future<Void> putAside(List<EventConsumer.Unprocessable> unprocessable) {
        return unprocessable.isEmpty()
                ? Future.succeededFuture()
                : untilDone
                        .attempt("putting records aside", () -> consumer.sendToDeadLetters(unprocessable), progress)
                        .onSuccess(done -> consumer.sentToDeadLetters(unprocessable));
    }

    private Future<Void> commitIfDue() {
        long now = System.nanoTime();
        if (now - committedNanos < commitEveryNanos && !stopping) {
            return Future.succeededFuture();
        }
        committedNanos = now;
        return consumer.commit();
    }

    /** Waits for the current attempt, commits what was processed, and leaves the group. */
    public Future<Void> stop() {
        stopping = true;
        return stopped.future().compose(done -> consumer.close());
    }
}
