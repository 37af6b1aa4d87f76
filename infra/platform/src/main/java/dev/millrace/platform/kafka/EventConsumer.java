package dev.millrace.platform.kafka;

import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.EventEnvelope;
import dev.millrace.schemas.codec.MalformedEventException;
import dev.millrace.schemas.topic.Topic;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.kafka.client.common.TopicPartition;
import io.vertx.kafka.client.consumer.KafkaConsumer;
import io.vertx.kafka.client.consumer.KafkaConsumerRecords;
import io.vertx.kafka.client.consumer.OffsetAndMetadata;
import io.vertx.kafka.client.producer.KafkaProducer;
import io.vertx.kafka.client.producer.KafkaProducerRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member of a consumer group. It reads events, and commits only those that its owner has reported as processed. A record that is not an
 * event goes to the dead letters and counts as processed when it is stored there. All calls must be made on the context that {@link
 * #context} returns, and all callbacks run there.
 */
final class EventConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(EventConsumer.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private final String name;
    private final Context context;
    private final KafkaConsumer<String, byte[]> consumer;
    private final KafkaProducer<String, byte[]> deadLetters;
    private final Set<String> topics;
    private final OffsetTracker offsets = new OffsetTracker();
    private final Map<TopicPartition, Integer> terms = new HashMap<>();
    /** Whether any partition may be paused at present. */
    private boolean hasPaused;

    /** @param config configuration of the consumer, which must switch off automatic commits */
    EventConsumer(Vertx vertx, KafkaSettings settings, String name, Set<Topic> topics, Map<String, String> config) {
        this.name = name;
        this.context = vertx.getOrCreateContext();
        this.topics = topics.stream().map(Topic::topicName).collect(Collectors.toUnmodifiableSet());
        this.consumer = KafkaConsumer.create(vertx, config);
        this.deadLetters = KafkaProducer.create(vertx, settings.producer(name + "-dead"));
    }

    /** The result of one poll: events to process, and records to send to the dead letters first. */
    record Batch(List<Incoming> incoming, List<Unprocessable> unprocessable) {
        boolean isEmpty() {
            return incoming.isEmpty() && unprocessable.isEmpty();
        }

        List<BatchConsumer.Received> events() {
            return incoming.stream().map(Incoming::event).toList();
        }

        /** Returns the records of the refused events, with the reasons. */
        List<Unprocessable> unprocessable(List<BatchConsumer.Refused> refused) {
            return refused.stream()
                    .flatMap(it -> incoming.stream()
                            .filter(candidate -> candidate.event().equals(it.event()))
                            .map(candidate -> new Unprocessable(candidate.record(), it.reason())))
                    .toList();
        }
    }

    /**
     * A record and the event that was decoded from it.
     *
     * @param term how often this member had lost the record's partition before it read the record
     */
    record Incoming(BatchConsumer.Received event, ConsumerRecord<String, byte[]> record, int term) {}

    /** A record that cannot be processed, and why. */
    record Unprocessable(ConsumerRecord<String, byte[]> record, String reason) {}

    Context context() {
        return context;
    }

    /** @param onAssigned is called at every change of the group and receives the partitions that this member reads from now on */
    Future<Void> subscribe(Consumer<Set<TopicPartition>> onAssigned) {
        consumer.partitionsRevokedHandler(lost -> context.runOnContext(now -> {
            offsets.forget(lost);
            lost.forEach(partition -> terms.merge(partition, 1, Integer::sum));
        }));
        consumer.partitionsAssignedHandler(
                gained -> context.runOnContext(now -> onAssigned.accept(new HashSet<>(gained))));
        return onContext(consumer.subscribe(topics));
    }

    /**
     * Returns whether this member has kept the event's partition since it read the event. If it has lost the partition, the member that has
     * it now reads the event again.
     */
    boolean isOurs(Incoming incoming) {
        var partition =
                new TopicPartition(incoming.record().topic(), incoming.record().partition());
        return incoming.term() == terms.getOrDefault(partition, 0);
    }

    /** Reads the available records. If there are none, waits for a moment. */
    Future<Batch> poll() {
        return onContext(consumer.poll(POLL)).map(this::decode);
    }

    private Batch decode(KafkaConsumerRecords<String, byte[]> records) {
        var events = new ArrayList<Incoming>();
        var unprocessable = new ArrayList<Unprocessable>();
        for (ConsumerRecord<String, byte[]> record : records.records()) {
            var partition = new TopicPartition(record.topic(), record.partition());
            offsets.read(partition, record.offset());
            try {
                EventEnvelope envelope = EventCodec.decode(record.headers(), record.value());
                var event = new BatchConsumer.Received(
                        record.topic(), record.partition(), record.offset(), record.timestamp(), envelope);
                events.add(new Incoming(event, record, terms.getOrDefault(partition, 0)));
            } catch (MalformedEventException e) {
                unprocessable.add(new Unprocessable(record, String.valueOf(e.getMessage())));
            }
        }
        return new Batch(events, unprocessable);
    }

    /** Sends records to the dead letters. Succeeds when all of them are stored there. */
    Future<Void> sendToDeadLetters(List<Unprocessable> unprocessable) {
        return onContext(
                Future.all(unprocessable.stream().map(this::sendToDeadLetters).toList())
                        .mapEmpty());
    }

    private Future<?> sendToDeadLetters(Unprocessable unprocessable) {
        ConsumerRecord<String, byte[]> record = unprocessable.record();
        LOG.atWarn()
                .addKeyValue("topic", record.topic())
                .addKeyValue("partition", record.partition())
                .addKeyValue("offset", record.offset())
                .addKeyValue("reason", unprocessable.reason())
                .log("a record was put aside");
        DeadLetter letter = DeadLetter.of(
                record.topic(),
                record.partition(),
                record.offset(),
                record.key(),
                record.value(),
                record.headers(),
                unprocessable.reason());
        KafkaProducerRecord<String, byte[]> out =
                KafkaProducerRecord.create(Topic.DEAD_LETTERS.topicName(), letter.key(), letter.value());
        letter.headers().forEach(header -> out.addHeader(header.key(), buffer(header.value())));
        return deadLetters.send(out);
    }

    private static Buffer buffer(byte @Nullable [] bytes) {
        return bytes == null ? Buffer.buffer() : Buffer.buffer(bytes);
    }

    void processed(BatchConsumer.Received event) {
        offsets.processed(new TopicPartition(event.topic(), event.partition()), event.offset());
    }

    void sentToDeadLetters(List<Unprocessable> unprocessable) {
        for (Unprocessable it : unprocessable) {
            offsets.processed(
                    new TopicPartition(it.record().topic(), it.record().partition()),
                    it.record().offset());
        }
    }

    /** Commits what was processed since the last commit, if anything. */
    Future<Void> commit() {
        Map<TopicPartition, Long> ready = offsets.committable();
        if (ready.isEmpty()) {
            return Future.succeededFuture();
        }
        Map<TopicPartition, OffsetAndMetadata> request = new HashMap<>();
        ready.forEach((partition, offset) -> request.put(partition, new OffsetAndMetadata(offset, "")));
        return onContext(consumer.commit(request))
                .onSuccess(done -> offsets.committed(ready))
                .mapEmpty();
    }

    /** Pauses the partitions that have at least this many unprocessed records, and resumes the others. */
    Future<Void> pauseAt(int unfinishedRecords) {
        Set<TopicPartition> full = offsets.withAtLeast(unfinishedRecords);
        if (full.isEmpty() && !hasPaused) {
            return Future.succeededFuture();
        }
        hasPaused = !full.isEmpty();
        // Asks the client, since a rebalance may have ended a pause. Only partitions that are still assigned can be
        // paused or resumed.
        return onContext(Future.all(consumer.assignment(), consumer.paused())).compose(asked -> {
            Set<TopicPartition> assigned = asked.resultAt(0);
            Set<TopicPartition> paused = asked.resultAt(1);
            var resume = new HashSet<>(paused);
            resume.removeAll(full);
            resume.retainAll(assigned);
            var pause = new HashSet<>(full);
            pause.removeAll(paused);
            pause.retainAll(assigned);
            return resume.isEmpty() && pause.isEmpty()
                    ? Future.succeededFuture()
                    : onContext(Future.all(consumer.resume(resume), consumer.pause(pause))
                            .mapEmpty());
        });
    }

    /** Leaves the group. */
    Future<Void> close() {
        return onContext(Future.join(consumer.close(), deadLetters.close()).mapEmpty());
    }

    private <T> Future<T> onContext(Future<T> future) {
        Promise<T> promise = Promise.promise();
        future.onComplete(result -> context.runOnContext(now -> promise.handle(result)));
        return promise.future();
    }

    @Override
    public String toString() {
        return name;
    }
}
