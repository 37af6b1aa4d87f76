package dev.millrace.platform.kafka;

import dev.millrace.platform.work.WorkQueue;
import dev.millrace.schemas.topic.Topic;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.common.TopicPartition;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes the events that a consumer group reads to a processor, each by itself, several at the same time and in no particular order. Each
 * event is processed at least once. An event that fails is tried again after a growing pause, and other events are processed meanwhile. An
 * event that fails with {@link UnprocessableEventException} goes to the dead letters. An offset is committed when its event and all earlier
 * events of its partition are processed. Runs on one Vert.x context.
 */
public final class ConcurrentConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(ConcurrentConsumer.class);
    private static final long POLL_AGAIN_MS = 1_000;
    private static final long FIRST_PAUSE_MS = 100;
    private static final long MAX_PAUSE_MS = 5_000;
    private static final int MAX_POLL_RECORDS = 50;

    /**
     * How many events may be in progress at the same time.
     *
     * @param running how many events may be processed at the same time
     * @param runningPerKey how many of these may have the same key, so that one key cannot use all of them
     * @param unfinishedPerPartition how many events of a partition may be read but not processed yet; at this number no more of the
     *     partition is read
     */
    public record Limits(int running, int runningPerKey, int unfinishedPerPartition) {}

    /** Processes events. Must be idempotent, since it may get an event again. */
    public interface Processor {
        Future<Void> process(BatchConsumer.Received event);
    }

    private record Work(EventConsumer.Incoming incoming, String key, long pauseMs) {
        Work again() {
            return new Work(incoming, key, Math.min(MAX_PAUSE_MS, pauseMs * 2));
        }
    }

    private final Vertx vertx;
    private final String name;
    private final Limits limits;
    private final Function<BatchConsumer.Received, String> keyOf;
    private final Processor processor;
    private final EventConsumer consumer;
    private final UntilDone untilDone;
    private final WorkQueue<Work> queue;
    private final ConsumerProgress progress = new ConsumerProgress();
    private final Promise<Void> stopped = Promise.promise();
    private volatile boolean stopping;

    /** @param keyOf returns the key of an event, to which {@link Limits#runningPerKey} applies */
    public ConcurrentConsumer(
            Vertx vertx,
            KafkaSettings settings,
            String name,
            Set<Topic> topics,
            Limits limits,
            Function<BatchConsumer.Received, String> keyOf,
            Processor processor) {
        this.vertx = vertx;
        this.name = name;
        this.limits = limits;
        this.keyOf = keyOf;
        this.processor = processor;
        this.queue = new WorkQueue<>(limits.running(), limits.runningPerKey());
        var config = settings.groupConsumer(name, name);
        config.put("max.poll.records", Integer.toString(Math.min(MAX_POLL_RECORDS, limits.unfinishedPerPartition())));
        this.consumer = new EventConsumer(vertx, settings, name, topics, config);
        this.untilDone = new UntilDone(vertx, name, () -> stopping);
    }

    /** @param onAssigned is called at every change of the group and receives the partitions that this member reads from now on */
    public Future<Void> start(Consumer<Set<TopicPartition>> onAssigned) {
        return consumer.subscribe(onAssigned).onSuccess(done -> poll());
    }

    /** Returns why no events are processed at present, or null if events are processed or there are none. */
    public @Nullable String trouble() {
        return progress.trouble();
    }

    private void poll() {
        if (stopping) {
            endIfIdle();
            return;
        }
        consumer.pauseAt(limits.unfinishedPerPartition())
                .compose(paused -> consumer.poll())
                .compose(this::accept)
                .compose(accepted -> consumer.commit())
                .onSuccess(done -> {
                    progress.turned();
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

    private Future<Void> accept(EventConsumer.Batch batch) {
        for (EventConsumer.Incoming incoming : batch.incoming()) {
            String key = keyOf.apply(incoming.event());
            queue.add(key, new Work(incoming, key, FIRST_PAUSE_MS));
        }
        startWhatMay();
        return batch.unprocessable().isEmpty()
                ? Future.succeededFuture()
                : untilDone
                        .attempt(
                                "putting records aside",
                                () -> consumer.sendToDeadLetters(batch.unprocessable()),
                                progress)
                        .onSuccess(done -> consumer.sentToDeadLetters(batch.unprocessable()));
    }

    private void startWhatMay() {
        while (!stopping) {
            Optional<Work> next = queue.start();
            if (next.isEmpty()) {
                return;
            }
            if (consumer.isOurs(next.get().incoming())) {
                start(next.get());
            } else {
                queue.ended(next.get().key());
            }
        }
    }

    // Catches Errors too: one of them must not end the loop that processes all events.
    private void start(Work work) {
        Future<Void> done;
        try {
            done = processor.process(work.incoming().event());
        } catch (Throwable e) {
            done = Future.failedFuture(e);
        }
        done.onComplete(result -> consumer.context().runOnContext(now -> ended(work, result.cause())));
    }

    private void ended(Work work, @Nullable Throwable failure) {
        if (failure instanceof UnprocessableEventException hopeless && !stopping) {
            putAside(work, String.valueOf(hopeless.getMessage()));
            return;
        }
        queue.ended(work.key());
        if (failure == null) {
            progress.advanced();
            consumer.processed(work.incoming().event());
        } else {
            progress.failed(failure);
            LOG.atWarn()
                    .addKeyValue("consumer", name)
                    .addKeyValue("offset", work.incoming().event().offset())
                    .addKeyValue("cause", failure)
                    .log("an event failed and is tried again");
            vertx.setTimer(work.pauseMs(), timer -> consumer.context().runOnContext(now -> {
                queue.add(work.key(), work.again());
                startWhatMay();
            }));
        }
        startWhatMay();
        endIfIdle();
    }

    private void putAside(Work work, String reason) {
        var unprocessable =
                List.of(new EventConsumer.Unprocessable(work.incoming().record(), reason));
        untilDone
                .attempt("putting an event aside", () -> consumer.sendToDeadLetters(unprocessable), progress)
                .onComplete(done -> ended(work, done.cause()));
    }

    private void endIfIdle() {
        if (stopping && queue.running() == 0) {
            consumer.commit().onComplete(done -> stopped.tryComplete());
        }
    }

    /** Starts no further events, waits for those that run, commits what was processed, and leaves the group. */
    public Future<Void> stop() {
        stopping = true;
        consumer.context().runOnContext(now -> endIfIdle());
        return stopped.future().compose(done -> consumer.close());
    }
}
