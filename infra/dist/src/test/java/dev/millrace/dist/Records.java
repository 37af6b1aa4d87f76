package dev.millrace.dist;

import dev.millrace.checker.LogEntry;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.MalformedEventException;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.PoolEvent;
import dev.millrace.schemas.topic.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Reads all committed records that a topic holds now. */
public final class Records {
    private Records() {}

    /** Returns the events of one kind. Skips records that are not events. */
    public static <T extends Event> List<T> of(KafkaSettings kafka, Topic topic, Class<T> kind) {
        var events = new ArrayList<T>();
        forEach(kafka, topic, (event, atMs) -> {
            if (kind.isInstance(event)) {
                events.add(kind.cast(event));
            }
        });
        return events;
    }

    /** Returns the whole log of a pool, for the checker. */
    static List<LogEntry> log(KafkaSettings kafka, String pool) {
        var log = new ArrayList<LogEntry>();
        for (Topic topic : Topic.values()) {
            forEach(kafka, topic, (event, atMs) -> {
                if (event instanceof PoolEvent it && it.pool().equals(pool)) {
                    log.add(new LogEntry(event, atMs));
                }
            });
        }
        return log;
    }

    /** Receives an event and when it was appended to its topic. */
    private interface Receiver {
        void take(Event event, long atMs);
    }

    private static void forEach(KafkaSettings kafka, Topic topic, Receiver receiver) {
        try (var consumer =
                new KafkaConsumer<String, byte[]>(new java.util.HashMap<>(kafka.consumer("test-records")))) {
            var partitions = consumer.partitionsFor(topic.topicName()).stream()
                    .map(it -> new TopicPartition(it.topic(), it.partition()))
                    .collect(Collectors.toSet());
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(it -> consumer.position(it) < ends.getOrDefault(it, 0L))) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(java.time.Duration.ofMillis(500))) {
                    event(record).ifPresent(event -> receiver.take(event, record.timestamp()));
                }
            }
        }
    }

    private static Optional<Event> event(ConsumerRecord<String, byte[]> record) {
        try {
            return Optional.of(
                    EventCodec.decode(record.headers(), record.value()).data());
        } catch (MalformedEventException e) {
            return Optional.empty();
        }
    }
}
