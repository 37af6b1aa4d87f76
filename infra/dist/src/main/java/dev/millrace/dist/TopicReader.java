package dev.millrace.dist;

import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.EventEnvelope;
import dev.millrace.schemas.codec.MalformedEventException;
import dev.millrace.schemas.topic.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads the committed records of topics from the beginning to the end at the time of the call. Blocks, and joins no consumer group. */
final class TopicReader {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final int API_TIMEOUT_MS = 15_000;

    /** After this time without a record, Kafka counts as unreachable. */
    private static final Duration SILENCE_LIMIT = Duration.ofSeconds(60);

    private final KafkaSettings kafka;

    /** Receives the events, one at a time; the events of a partition come in order. */
    interface Sink {
        void accept(EventEnvelope event, long timestampMs);
    }

    TopicReader(KafkaSettings kafka) {
        this.kafka = kafka;
    }

    /**
     * Passes every event to {@code sink} and returns how many records could not be read as events.
     *
     * @throws KafkaException when the topics cannot be read
     */
    long read(List<Topic> topics, Sink sink) {
        long unreadable = 0;
        var config = new TreeMap<String, Object>(kafka.connection());
        config.put("isolation.level", "read_committed");
        config.put("max.poll.records", "5000");
        config.put("default.api.timeout.ms", API_TIMEOUT_MS);
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            var partitions = new ArrayList<TopicPartition>();
            for (Topic topic : topics) {
                consumer.partitionsFor(topic.topicName())
                        .forEach(it -> partitions.add(new TopicPartition(it.topic(), it.partition())));
            }
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            consumer.seekToBeginning(partitions);
            long heardNanos = System.nanoTime();
            while (ends.entrySet().stream().anyMatch(it -> consumer.position(it.getKey()) < it.getValue())) {
                ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
                if (!records.isEmpty()) {
                    heardNanos = System.nanoTime();
                } else if (System.nanoTime() - heardNanos > SILENCE_LIMIT.toNanos()) {
                    throw new TimeoutException("no record came for " + SILENCE_LIMIT.toSeconds() + " s");
                }
                for (ConsumerRecord<String, byte[]> record : records) {
                    if (!pass(record, sink)) {
                        unreadable++;
                    }
                }
            }
        }
        return unreadable;
    }

    private static boolean pass(ConsumerRecord<String, byte[]> record, Sink sink) {
        try {
            sink.accept(EventCodec.decode(record.headers(), record.value()), record.timestamp());
            return true;
        } catch (MalformedEventException e) {
            return false;
        }
    }
}
