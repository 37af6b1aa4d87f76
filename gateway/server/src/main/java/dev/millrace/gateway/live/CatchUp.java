package dev.millrace.gateway.live;

import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.MalformedEventException;
import dev.millrace.schemas.topic.PoolPartitioner;
import dev.millrace.schemas.topic.Topic;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a job's past from the topics: everything up to the present end, in sequence, with two pages in memory. Blocking; for
 * a worker thread.
 */
final class CatchUp {
    private static final Logger LOG = LoggerFactory.getLogger(CatchUp.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long SLACK_MS = 60_000;

    /** Takes the frames; may block for a slow watcher. */
    interface Sink {
        /** Returns false to stop early. */
        boolean accept(Frame frame) throws Exception;
    }

    private final KafkaSettings settings;

    CatchUp(KafkaSettings settings) {
        this.settings = settings;
    }

    /** One topic's part of the story. */
    private static final class Part implements AutoCloseable {
        final KafkaConsumer<String, byte[]> consumer;
        final TopicPartition partition;
        final String jobId;
        final long end;
        final Deque<Frame> frames = new ArrayDeque<>();

        Part(Map<String, String> config, TopicPartition partition, String jobId, long fromMs) {
            this.consumer = new KafkaConsumer<>(Map.copyOf(config));
            this.partition = partition;
            this.jobId = jobId;
            consumer.assign(List.of(partition));
            this.end = consumer.endOffsets(Set.of(partition)).getOrDefault(partition, 0L);
            OffsetAndTimestamp start =
                    consumer.offsetsForTimes(Map.of(partition, fromMs)).get(partition);
            consumer.seek(partition, start == null ? end : start.offset());
        }

        /** Makes the next frame available if there is one before the end. */
        void fill() {
            while (frames.isEmpty() && consumer.position(partition) < end) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                    Frame frame = frame(record);
                    if (frame != null && jobId.equals(frame.jobId())) {
                        frames.add(frame);
                    }
                }
            }
        }

        /** Nothing for what is no event: others have put it aside, and it is no part of any job's story. */
        private static @Nullable Frame frame(ConsumerRecord<String, byte[]> record) {
            try {
                return Frame.of(EventCodec.decode(record.headers(), record.value()));
            } catch (MalformedEventException e) {
                LOG.atDebug()
                        .addKeyValue("offset", record.offset())
                        .addKeyValue("cause", e)
                        .log("a record is no event");
                return null;
            }
        }

        @Override
        public void close() {
            consumer.close();
        }
    }

    /**
     * How far the past went.
     *
     * @param last sequence of the last frame passed on, or the cursor to begin with if there was none
     * @param ended whether the job's end was met, be it before the cursor
     */
    record Reached(long last, boolean ended) {}

    /** Passes on the frames after {@code after}, up to {@code upTo}. */
    Reached read(String jobId, String pool, long submittedAtMs, long after, long upTo, Sink sink) throws Exception {
        var config = settings.consumer("millrace-gateway-catch-up");
        var decisions = new TopicPartition(
                Topic.DECISIONS.topicName(), PoolPartitioner.partition(pool, settings.poolPartitions()));
        var completions = new TopicPartition(
                Topic.COMPLETIONS.topicName(), PoolPartitioner.partition(jobId, settings.keyPartitions()));
        long last = after;
        long fromMs = Math.max(0, submittedAtMs - SLACK_MS);
        try (Part first = new Part(config, decisions, jobId, fromMs);
                Part second = new Part(config, completions, jobId, fromMs)) {
            while (true) {
                first.fill();
                second.fill();
                Part next = earlier(first, second);
                if (next.frames.isEmpty() || next.frames.element().sequence() > upTo) {
                    return new Reached(last, false);
                }
                Frame frame = next.frames.remove();
                if (frame.sequence() > last) {
                    if (!sink.accept(frame)) {
                        return new Reached(last, false);
                    }
                    last = frame.sequence();
                }
                if (frame.endsJob()) {
                    return new Reached(last, true);
                }
            }
        }
    }

    private static Part earlier(Part first, Part second) {
        if (first.frames.isEmpty()) {
            return second;
        }
        if (second.frames.isEmpty()) {
            return first;
        }
        return first.frames.element().sequence() < second.frames.element().sequence() ? first : second;
    }
}
