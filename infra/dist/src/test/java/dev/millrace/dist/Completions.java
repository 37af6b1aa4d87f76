package dev.millrace.dist;

import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.MalformedEventException;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.TaskCompleted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** The public completion topic, read from its beginning with an ordinary consumer at read_committed. */
final class Completions {
    private Completions() {}

    static List<Event> ofJob(KafkaSettings kafka, String jobId) throws MalformedEventException {
        var events = new ArrayList<Event>();
        var config =
                Map.<String, Object>of("bootstrap.servers", kafka.bootstrap(), "isolation.level", "read_committed");
        try (var consumer =
                new KafkaConsumer<String, byte[]>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            var partitions = consumer.partitionsFor("millrace.completions.v1").stream()
                    .map(it -> new TopicPartition(it.topic(), it.partition()))
                    .collect(Collectors.toSet());
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(it -> consumer.position(it) < ends.getOrDefault(it, 0L))) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(500))) {
                    if (jobId.equals(record.key())) {
                        events.add(EventCodec.decode(record.headers(), record.value())
                                .data());
                    }
                }
            }
        }
        return events;
    }

    static List<TaskCompleted> tasks(List<Event> events) {
        return events.stream()
                .filter(TaskCompleted.class::isInstance)
                .map(TaskCompleted.class::cast)
                .toList();
    }

    static List<JobCompleted> jobs(List<Event> events) {
        return events.stream()
                .filter(JobCompleted.class::isInstance)
                .map(JobCompleted.class::cast)
                .toList();
    }
}
