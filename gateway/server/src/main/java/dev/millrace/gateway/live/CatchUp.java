package dev.millrace.gateway.live;

import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.MalformedEventException;
import dev.millrace.schemas.topic.PoolPartitioner;
import dev.millrace.schemas.topic.Topic;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a job's past from the topics, page by page: everything up to the end there was when it was opened, in sequence. Blocking; for
 * worker threads, one at a time. Between pages it holds two consumers and no thread.
 */
final class CatchUp implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CatchUp.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long SLACK_MS = 60_000;
    private static final int PAGE = 100;

    private final int run;
    private final Part first;
    private final Part second;
    private final long upTo;
    private long last;

    /** One topic's part of the story. */
    private static final class Part implements AutoCloseable {
        final KafkaConsumer<String, byte[]> consumer;
        final TopicPartition partition;
        final String jobId;
        final String pool;
        final long end;
        final Deque<Frame> frames = new ArrayDeque<>();

        /** A pool's decisions come in their order, so no frame up to this sequence is still to come. */
        long passed = -1;

        Part(Map<String, String> config, TopicPartition partition, String jobId, String pool, long fromMs) {
            this.consumer = new KafkaConsumer<>(Map.copyOf(config));
            this.partition = partition;
            this.jobId = jobId;
            this.pool = pool;
            consumer.assign(List.of(partition));
            this.end = consumer.endOffsets(Set.of(partition)).getOrDefault(partition, 0L);
            OffsetAndTimestamp start =
                    consumer.offsetsForTimes(Map.of(partition, fromMs)).get(partition);
            consumer.seek(partition, start == null ? end : start.offset());
        }

        /** Reads one page. */
        void fill() {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                Frame frame = frame(record);
                if (frame != null && pool.equals(frame.pool())) {
                    passed = Math.max(passed, frame.sequence());
                    if (jobId.equals(frame.jobId())) {
                        frames.add(frame);
                    }
                }
            }
        }

        private boolean isAtEnd() {
            return consumer.position(partition) >= end;
        }

        /** The next frame if there is one, or the least sequence one to come may have. */
        long nextSequence() {
            if (!frames.isEmpty()) {
                return frames.element().sequence();
            }
            return isAtEnd() ? Long.MAX_VALUE : passed + 1;
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
     * Some of the past.
     *
     * @param last sequence of the last frame so far, or the cursor to begin with if there was none
     * @param complete whether this was the last page
     * @param ended whether the job's end was met, be it before the cursor
     */
    record Page(List<Frame> frames, long last, boolean complete, boolean ended) {}

    /**
     * Opens the past after {@code after}, from the beginning of the job's last run known of.
     *
     * @param run whose end, or that of a later one, ends the story
     * @param present asked once the ends of the topics are fixed: the sequence up to which frames belong to the past
     */
    static CatchUp open(KafkaSettings settings, JobHub.Known job, int run, long after, LongSupplier present) {
        var config = settings.consumer("millrace-gateway-catch-up");
        var decisions = new TopicPartition(
                Topic.DECISIONS.topicName(), PoolPartitioner.partition(job.pool(), settings.poolPartitions()));
        var completions = new TopicPartition(
                Topic.COMPLETIONS.topicName(), PoolPartitioner.partition(job.jobId(), settings.keyPartitions()));
        // A run's beginning is the broker's own time, a submission's the gateway's.
        long fromMs = job.run() > 0 ? job.runSinceMs() : Math.max(0, job.submittedAtMs() - SLACK_MS);
        Part first = new Part(config, decisions, job.jobId(), job.pool(), fromMs);
        try {
            return new CatchUp(
                    run, first, new Part(config, completions, job.jobId(), job.pool(), fromMs), after, present);
        } catch (RuntimeException e) {
            first.close();
            throw e;
        }
    }

    private CatchUp(int run, Part first, Part second, long after, LongSupplier present) {
        this.run = run;
        this.first = first;
        this.second = second;
        this.upTo = present.getAsLong();
        this.last = after;
    }

    /** The next page; it may be empty while others are to come. */
    Page next() {
        var frames = new ArrayList<Frame>();
        while (frames.size() < PAGE) {
            Part next = first.nextSequence() <= second.nextSequence() ? first : second;
            if (next.nextSequence() > upTo || next.nextSequence() == Long.MAX_VALUE) {
                return new Page(frames, last, true, false);
            }
            if (next.frames.isEmpty()) {
                next.fill();
                if (next.frames.isEmpty()) {
                    // Whether anybody still waits is asked between pages.
                    return new Page(frames, last, false, false);
                }
                continue;
            }
            Frame frame = next.frames.remove();
            if (frame.sequence() > last) {
                frames.add(frame);
                last = frame.sequence();
            }
            if (frame.ends(run)) {
                return new Page(frames, last, true, true);
            }
        }
        return new Page(frames, last, false, false);
    }

    @Override
    public void close() {
        first.close();
        second.close();
    }
}
