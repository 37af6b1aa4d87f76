package dev.millrace.platform.kafka;

import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.EventEnvelope;
import dev.millrace.schemas.codec.MalformedEventException;
import dev.millrace.schemas.topic.Topic;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.kafka.client.consumer.KafkaConsumer;
import io.vertx.kafka.client.consumer.KafkaConsumerRecords;
import io.vertx.kafka.client.producer.KafkaProducer;
import io.vertx.kafka.client.producer.KafkaProducerRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands what a consumer group reads to a processor, batch by batch, and commits a batch only after it was processed: every
 * event is processed at least once, in the order of its partition. A batch that fails is tried again until it succeeds,
 * with a growing pause of at most five seconds. What is no event goes to {@code dead} first. Runs on one Vert.x context.
 */
public final class BatchConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(BatchConsumer.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long FIRST_PAUSE_MS = 100;
    private static final long MAX_PAUSE_MS = 5_000;

    /** An event with where it came from. */
    public record Received(String topic, int partition, long offset, long timestampMs, EventEnvelope envelope) {}

    /**
     * How long records may wait for others to come with them, which costs everybody less.
     *
     * @param minBytes that a broker waits for
     * @param maxWaitMs for at most so long
     * @param commitEveryMs least time between two commits of what was processed
     */
    public record Gathering(int minBytes, int maxWaitMs, long commitEveryMs) {
        public static final Gathering NONE = new Gathering(1, 500, 0);
    }

    /** Must be idempotent: a batch may come again. */
    public interface Processor {
        Future<Void> process(List<Received> events);
    }

    private final Vertx vertx;
    private final String name;
    private final Processor processor;
    private final KafkaConsumer<String, byte[]> consumer;
    private final KafkaProducer<String, byte[]> deadLetters;
    private final Set<String> topics;
    private final Promise<Void> stopped = Promise.promise();
    private final long commitEveryNanos;
    private long committedNanos = System.nanoTime();
    private boolean uncommitted;
    private volatile boolean stopping;
    private volatile boolean healthy;

    /**
     * For whoever is waited for: records are handed on as they come.
     *
     * @param maxRecords of one batch; all of it must be done within the group's poll interval of five minutes
     */
    public BatchConsumer(
            Vertx vertx, KafkaSettings settings, String name, Set<Topic> topics, int maxRecords, Processor processor) {
        this(vertx, settings, name, topics, maxRecords, Gathering.NONE, processor);
    }

    /** @param gathering for whoever may be late */
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
        this.topics = topics.stream().map(Topic::topicName).collect(Collectors.toUnmodifiableSet());
        var config = settings.groupConsumer(name, name);
        config.put("max.poll.records", Integer.toString(maxRecords));
        config.put("fetch.min.bytes", Integer.toString(gathering.minBytes()));
        config.put("fetch.max.wait.ms", Integer.toString(gathering.maxWaitMs()));
        this.commitEveryNanos = gathering.commitEveryMs() * 1_000_000L;
        this.consumer = KafkaConsumer.create(vertx, config);
        this.deadLetters = KafkaProducer.create(vertx, settings.producer(name + "-dead"));
    }

    public Future<Void> start() {
        return consumer.subscribe(topics).onSuccess(done -> {
            healthy = true;
            poll();
        });
    }

    /** Whether the last batch went through. */
    public boolean isHealthy() {
        return healthy;
    }

    private void poll() {
        if (stopping) {
            (uncommitted ? consumer.commit() : Future.<Void>succeededFuture())
                    .onComplete(done -> stopped.tryComplete());
            return;
        }
        consumer.poll(POLL).compose(this::handle).onSuccess(done -> poll()).onFailure(failure -> {
            LOG.atWarn()
                    .addKeyValue("consumer", name)
                    .addKeyValue("cause", failure)
                    .log("cannot read; trying again");
            vertx.setTimer(1_000, timer -> poll());
        });
    }

    private Future<Void> handle(KafkaConsumerRecords<String, byte[]> records) {
        if (records.isEmpty()) {
            return uncommitted ? commit() : Future.succeededFuture();
        }
        var events = new ArrayList<Received>();
        var dead = new ArrayList<Dead>();
        for (ConsumerRecord<String, byte[]> record : records.records()) {
            try {
                EventEnvelope envelope = EventCodec.decode(record.headers(), record.value());
                events.add(new Received(
                        record.topic(), record.partition(), record.offset(), record.timestamp(), envelope));
            } catch (MalformedEventException e) {
                dead.add(new Dead(record, String.valueOf(e.getMessage())));
            }
        }
        // The consumer is past these records already, so nothing may fail out of here before all of it is done.
        return untilDone(
                        "putting records aside",
                        () -> Future.all(dead.stream().map(this::bury).toList()).mapEmpty(),
                        FIRST_PAUSE_MS)
                .compose(buried ->
                        untilDone("a batch of " + events.size(), () -> processor.process(events), FIRST_PAUSE_MS))
                .compose(done -> commit());
    }

    /** What was processed and not committed is processed again after a failure, which changes nothing. */
    private Future<Void> commit() {
        long now = System.nanoTime();
        if (now - committedNanos < commitEveryNanos && !stopping) {
            uncommitted = true;
            return Future.succeededFuture();
        }
        committedNanos = now;
        uncommitted = false;
        return consumer.commit();
    }

    /** A record that is no event, and why. */
    private record Dead(ConsumerRecord<String, byte[]> record, String reason) {}

    private Future<Void> untilDone(String what, Supplier<Future<Void>> work, long pauseMs) {
        Future<Void> done;
        try {
            done = work.get();
        } catch (RuntimeException e) {
            done = Future.failedFuture(e);
        }
        return done.onSuccess(it -> healthy = true).recover(failure -> {
            healthy = false;
            if (stopping) {
                return Future.failedFuture(failure);
            }
            LOG.atWarn()
                    .addKeyValue("consumer", name)
                    .addKeyValue("what", what)
                    .addKeyValue("cause", failure)
                    .log("failed and is tried again");
            return vertx.timer(pauseMs, java.util.concurrent.TimeUnit.MILLISECONDS)
                    .compose(again -> untilDone(what, work, Math.min(MAX_PAUSE_MS, pauseMs * 2)));
        });
    }

    private Future<?> bury(Dead dead) {
        ConsumerRecord<String, byte[]> record = dead.record();
        String reason = dead.reason();
        LOG.atWarn()
                .addKeyValue("topic", record.topic())
                .addKeyValue("partition", record.partition())
                .addKeyValue("offset", record.offset())
                .addKeyValue("reason", reason)
                .log("a record was put aside");
        DeadLetter letter = DeadLetter.of(
                record.topic(),
                record.partition(),
                record.offset(),
                record.key(),
                record.value(),
                record.headers(),
                reason);
        KafkaProducerRecord<String, byte[]> out =
                KafkaProducerRecord.create(Topic.DEAD.topicName(), letter.key(), letter.value());
        letter.headers().forEach(header -> out.addHeader(header.key(), buffer(header.value())));
        return deadLetters.send(out);
    }

    private static Buffer buffer(byte @Nullable [] bytes) {
        return bytes == null ? Buffer.buffer() : Buffer.buffer(bytes);
    }

    /** Finishes the batch at hand, commits, and leaves the group. */
    public Future<Void> stop() {
        stopping = true;
        return stopped.future()
                .compose(done -> Future.join(consumer.close(), deadLetters.close()))
                .mapEmpty();
    }
}
