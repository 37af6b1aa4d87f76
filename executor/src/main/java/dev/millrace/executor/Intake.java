package dev.millrace.executor;

import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.EventEnvelope;
import dev.millrace.schemas.codec.MalformedEventException;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptRevoked;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.topic.PoolPartitioner;
import dev.millrace.schemas.topic.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads this executor's partition of the task topics and of the control topic. It reads only committed records, and only those after the
 * position that {@link #position} fixed. Runs on a thread of its own.
 */
final class Intake implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
    private static final Duration POLL = Duration.ofMillis(500);

    private final String executorId;
    private final KafkaConsumer<String, byte[]> consumer;
    private final BiConsumer<TaskDispatched, @Nullable String> onDispatch;
    private final Consumer<AttemptRevoked> onRevoke;
    private volatile boolean stopping;
    private volatile boolean running = true;
    private volatile @Nullable String failure;

    Intake(
            KafkaSettings kafka,
            String executorId,
            BiConsumer<TaskDispatched, @Nullable String> onDispatch,
            Consumer<AttemptRevoked> onRevoke) {
        this.executorId = executorId;
        this.onDispatch = onDispatch;
        this.onRevoke = onRevoke;
        var config = kafka.consumer("millrace-executor-" + executorId);
        config.put("fetch.min.bytes", "1");
        this.consumer = new KafkaConsumer<>(Map.copyOf(config));
        int partition = PoolPartitioner.partition(executorId, kafka.keyPartitions());
        List<TopicPartition> assignment = Stream.of(
                        Topic.TASKS_URGENT, Topic.TASKS_NORMAL, Topic.TASKS_BULK, Topic.CONTROL)
                .map(topic -> new TopicPartition(topic.topicName(), partition))
                .toList();
        consumer.assign(assignment);
    }

    /** Fixes the position at which reading starts. Every dispatch that is sent after this method returns is read. */
    void position() {
        consumer.seekToEnd(consumer.assignment());
        consumer.assignment().forEach(consumer::position);
    }

    @Override
    public void run() {
        try {
            while (!stopping) {
                poll();
            }
        } catch (WakeupException e) {
            LOG.atDebug().log("intake was woken to stop");
        } finally {
            running = false;
            consumer.close();
        }
    }

    // Catches Errors too. If this loop ended, the executor would keep its lease but take no work.
    private void poll() {
        try {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                if (executorId.equals(record.key())) {
                    handle(record);
                }
            }
            failure = null;
        } catch (WakeupException e) {
            throw e;
        } catch (Throwable e) {
            failure = String.valueOf(e.getMessage());
            LOG.atWarn().addKeyValue("cause", e).log("intake cannot read; trying again");
            pause();
        }
    }

    private void handle(ConsumerRecord<String, byte[]> record) {
        try {
            EventEnvelope envelope = EventCodec.decode(record.headers(), record.value());
            Event event = envelope.data();
            if (event instanceof TaskDispatched dispatch) {
                onDispatch.accept(dispatch, envelope.traceparent());
            } else if (event instanceof AttemptRevoked revoked) {
                onRevoke.accept(revoked);
            }
        } catch (MalformedEventException | RuntimeException e) {
            LOG.atError()
                    .addKeyValue("topic", record.topic())
                    .addKeyValue("offset", record.offset())
                    .setCause(e)
                    .log("a record cannot be handled");
        }
    }

    /** Returns why records cannot be read at present, or null if they can. */
    @Nullable
    String trouble() {
        return running ? failure : "it has ended";
    }

    private static void pause() {
        try {
            java.util.concurrent.TimeUnit.MILLISECONDS.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void stop() {
        stopping = true;
        consumer.wakeup();
    }

    static AttemptKey keyOf(AttemptRevoked revoked) {
        return new AttemptKey(revoked.taskId(), revoked.attempt(), revoked.epoch());
    }
}
