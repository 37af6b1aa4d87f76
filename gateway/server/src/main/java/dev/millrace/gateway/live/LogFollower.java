package dev.millrace.gateway.live;

import dev.millrace.gateway.view.AttemptView;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.EventEnvelope;
import dev.millrace.schemas.codec.MalformedEventException;
import dev.millrace.schemas.event.OutputChunk;
import dev.millrace.schemas.topic.PoolPartitioner;
import dev.millrace.schemas.topic.Topic;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
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

/**
 * Reads the live tail of streams of one attempt, piece by piece. Blocking; for worker threads, one at a time. Between reads it holds a
 * consumer and no thread.
 */
public final class LogFollower implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(250);
    private static final long SLACK_MS = 5_000;

    /** Number of bytes that a consumer may fetch at once. It is small because many logs may be followed at the same time. */
    private static final String FETCH_BYTES = Integer.toString(512 * 1024);

    /**
     * A piece of output.
     *
     * @param atMs when the first of the bytes was read from the task
     */
    public record Piece(Buffer bytes, long atMs) {}

    /**
     * The pieces that were read.
     *
     * @param atEnd whether everything up to the end that {@link #fixEnd} set last has been read
     */
    public record Read(List<Piece> pieces, boolean atEnd) {}

    private final KafkaConsumer<String, byte[]> consumer;
    private final TopicPartition partition;
    private final String key;
    private final Collection<String> streams;
    private final Map<String, Long> positions = new HashMap<>();
    private long end;

    private LogFollower(
            KafkaConsumer<String, byte[]> consumer, TopicPartition partition, String key, Collection<String> streams) {
        this.consumer = consumer;
        this.partition = partition;
        this.key = key;
        this.streams = streams;
    }

    /** Opens the tail at its beginning. */
    public static LogFollower open(
            KafkaSettings settings, String taskId, AttemptView attempt, Collection<String> streams) {
        String key = taskId + "." + attempt.attempt() + "." + attempt.epoch();
        var partition =
                new TopicPartition(Topic.LOGS.topicName(), PoolPartitioner.partition(key, settings.keyPartitions()));
        Long startedAtMs = attempt.startedAtMs();
        long fromMs = Math.max(0, (startedAtMs == null ? System.currentTimeMillis() : startedAtMs) - SLACK_MS);
        var config = new HashMap<String, Object>(settings.consumer("millrace-gateway-log"));
        config.put("fetch.max.bytes", FETCH_BYTES);
        config.put("max.partition.fetch.bytes", FETCH_BYTES);
        var consumer = new KafkaConsumer<String, byte[]>(config);
        var follower = new LogFollower(consumer, partition, key, streams);
        try {
            consumer.assign(List.of(partition));
            OffsetAndTimestamp start =
                    consumer.offsetsForTimes(Map.of(partition, fromMs)).get(partition);
            follower.fixEnd();
            consumer.seek(partition, start == null ? follower.end : start.offset());
            return follower;
        } catch (RuntimeException | Error e) {
            follower.close();
            throw e;
        }
    }

    /** Makes {@link #next} read only output that has been published by now. */
    public void fixEnd() {
        end = consumer.endOffsets(Set.of(partition)).getOrDefault(partition, 0L);
    }

    /** Returns the next pieces; it waits a moment for them. */
    public Read next() {
        var pieces = new ArrayList<Piece>();
        if (consumer.position(partition) < end) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                if (key.equals(record.key())) {
                    take(record, pieces);
                }
            }
        }
        return new Read(pieces, consumer.position(partition) >= end);
    }

    /**
     * Returns, for each stream that had output, the position up to which the reader has received everything, or a notice that bytes were
     * left out.
     */
    public Map<String, Long> positions() {
        return positions;
    }

    private void take(ConsumerRecord<String, byte[]> record, List<Piece> pieces) {
        try {
            EventEnvelope envelope = EventCodec.decode(record.headers(), record.value());
            if (!(envelope.data() instanceof OutputChunk chunk) || !streams.contains(chunk.stream())) {
                return;
            }
            byte[] bytes = Base64.getDecoder().decode(chunk.base64());
            Long readAtMs = chunk.atMs();
            long atMs = readAtMs == null ? envelope.time().toEpochMilli() : readAtMs;
            long position = positions.getOrDefault(chunk.stream(), 0L);
            if (chunk.offset() > position) {
                String gap = "\n[millrace: " + (chunk.offset() - position) + " bytes left out of the live view]\n";
                pieces.add(new Piece(Buffer.buffer(gap), atMs));
            }
            pieces.add(new Piece(Buffer.buffer(bytes), atMs));
            positions.put(chunk.stream(), chunk.offset() + bytes.length);
        } catch (MalformedEventException | IllegalArgumentException e) {
            // This record is not a piece of output, whoever wrote it. The sealed log has the whole output.
            return;
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
