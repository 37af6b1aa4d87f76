package dev.millrace.gateway.live;

import dev.millrace.gateway.view.AttemptView;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.EventEnvelope;
import dev.millrace.schemas.codec.MalformedEventException;
import dev.millrace.schemas.event.OutputChunk;
import dev.millrace.schemas.topic.PoolPartitioner;
import dev.millrace.schemas.topic.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

/** Follows the live tail of streams of one attempt. Blocking; for a worker thread. */
public final class LogFollower {
    private static final Duration POLL = Duration.ofMillis(250);
    private static final long SLACK_MS = 5_000;

    private final KafkaSettings settings;

    /** Where the bytes go. */
    public interface Sink {
        /** @param atMs when the first of them was read from the task */
        void write(byte[] bytes, long atMs) throws IOException;
    }

    /** Whether there is nothing more to wait for. */
    public interface Ended {
        boolean test() throws IOException;
    }

    public LogFollower(KafkaSettings settings) {
        this.settings = settings;
    }

    /**
     * Writes the tail from its beginning until {@code ended} holds and what was published by then is written.
     *
     * @return for each stream that had something the position up to which the watcher has been told everything, or that bytes
     *     were left out
     */
    public Map<String, Long> follow(
            String taskId, AttemptView attempt, Collection<String> streams, Ended ended, Sink sink) throws IOException {
        String key = taskId + "." + attempt.attempt() + "." + attempt.epoch();
        var partition =
                new TopicPartition(Topic.LOGS.topicName(), PoolPartitioner.partition(key, settings.keyPartitions()));
        Long startedAtMs = attempt.startedAtMs();
        long fromMs = Math.max(0, (startedAtMs == null ? System.currentTimeMillis() : startedAtMs) - SLACK_MS);
        var positions = new HashMap<String, Long>();
        try (var consumer = new KafkaConsumer<String, byte[]>(Map.copyOf(settings.consumer("millrace-gateway-log")))) {
            consumer.assign(List.of(partition));
            OffsetAndTimestamp start =
                    consumer.offsetsForTimes(Map.of(partition, fromMs)).get(partition);
            long end = consumer.endOffsets(Set.of(partition)).getOrDefault(partition, 0L);
            consumer.seek(partition, start == null ? end : start.offset());
            while (true) {
                boolean over = ended.test();
                end = consumer.endOffsets(Set.of(partition)).getOrDefault(partition, 0L);
                do {
                    for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                        if (key.equals(record.key())) {
                            write(record, streams, positions, sink);
                        }
                    }
                } while (consumer.position(partition) < end);
                if (over) {
                    return positions;
                }
            }
        }
    }

    private static void write(
            ConsumerRecord<String, byte[]> record, Collection<String> streams, Map<String, Long> positions, Sink sink)
            throws IOException {
        try {
            EventEnvelope envelope = EventCodec.decode(record.headers(), record.value());
            if (!(envelope.data() instanceof OutputChunk chunk) || !streams.contains(chunk.stream())) {
                return;
            }
            Long readAtMs = chunk.atMs();
            long atMs = readAtMs == null ? envelope.time().toEpochMilli() : readAtMs;
            long position = positions.getOrDefault(chunk.stream(), 0L);
            if (chunk.offset() > position) {
                sink.write(
                        ("\n[millrace: " + (chunk.offset() - position) + " bytes left out of the live view]\n")
                                .getBytes(StandardCharsets.UTF_8),
                        atMs);
            }
            byte[] bytes = Base64.getDecoder().decode(chunk.base64());
            sink.write(bytes, atMs);
            positions.put(chunk.stream(), chunk.offset() + bytes.length);
        } catch (MalformedEventException e) {
            // No piece of output, whoever put it there; the sealed log has all of it.
            return;
        }
    }
}
