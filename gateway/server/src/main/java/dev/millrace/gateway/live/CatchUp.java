package dev.millrace.gateway.live;

import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.MalformedEventException;
import dev.millrace.schemas.event.JobAdmitted;
import dev.millrace.schemas.topic.PoolPartitioner;
import dev.millrace.schemas.topic.Topic;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
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
 * Reads a job's past from the topics, page by page: everything up to the end there was when it was opened, in sequence. Where the past
 * begins is sought by time, and times are of several clocks; so what must be there and is not found is sought from the beginning of the
 * topics. Blocking; for worker threads, one at a time. Between pages it holds two consumers and no thread.
 */
final class CatchUp implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CatchUp.class);
    private static final Duration POLL = Duration.ofMillis(500);

    /**
     * By how much the clock of the topics may be behind the gateway's at no cost. Twice as much would cost every first watcher of a job
     * reading twice as much of what others did.
     */
    private static final long CLOCKS_DIFFER_MS = 60_000;

    private static final int PAGE = 100;

    /** Records at the end of a page; with several pools in a partition most of them may be of others. */
    private static final int LOOKED_AT = 5;

    /** The bytes that may wait in a consumer, since many pasts may be read at once. */
    private static final String FETCH_BYTES = Integer.toString(256 * 1024);

    private final int run;
    private final Part first;
    private final Part second;
    private final long upTo;
    private final boolean fromAdmission;
    private final boolean hasBegun;
    private final boolean hasEnded;
    private boolean foundBeginning;
    private boolean fromEarliest;
    private long last;

    /** One topic's part of the story. */
    private static final class Part implements AutoCloseable {
        final KafkaConsumer<String, byte[]> consumer;
        final TopicPartition partition;
        final String jobId;
        final String pool;
        final long end;
        private final long start;
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
            OffsetAndTimestamp found =
                    consumer.offsetsForTimes(Map.of(partition, fromMs)).get(partition);
            this.start = found == null ? end : found.offset();
            consumer.seek(partition, start);
        }

        /** Whether the topic has anything before what is being read. */
        boolean hasEarlier() {
            return consumer.beginningOffsets(Set.of(partition)).getOrDefault(partition, 0L) < start;
        }

        /** Reads again, from the earliest that the topic keeps. */
        void seekToEarliest() {
            consumer.seekToBeginning(List.of(partition));
            frames.clear();
            passed = -1;
        }

        /**
         * Reads one page. Of what is not the job's, which may be a thousand times as much, only the last few are looked at: they tell how far
         * the pool's decisions have been read.
         */
        void fill() {
            List<ConsumerRecord<String, byte[]>> page = consumer.poll(POLL).records(partition);
            for (int i = 0; i < page.size(); i++) {
                if (isOfJob(page.get(i).key()) || i >= page.size() - LOOKED_AT) {
                    take(page.get(i));
                }
            }
        }

        /** Keys are those of the events: a job's id, or that of one of its tasks, which begins with it. */
        private boolean isOfJob(@Nullable String key) {
            return key != null
                    && key.startsWith(jobId)
                    && (key.length() == jobId.length() || key.charAt(jobId.length()) == '.');
        }

        private void take(ConsumerRecord<String, byte[]> record) {
            Frame frame = frame(record);
            if (frame != null && pool.equals(frame.pool())) {
                passed = Math.max(passed, frame.sequence());
                if (jobId.equals(frame.jobId())) {
                    frames.add(frame);
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
     * @param nowMs by this gateway's clock
     */
    static CatchUp open(
            KafkaSettings settings, JobHub.Known job, int run, long after, LongSupplier present, long nowMs) {
        var config = new HashMap<>(settings.consumer("millrace-gateway-catch-up"));
        config.put("fetch.max.bytes", FETCH_BYTES);
        config.put("max.partition.fetch.bytes", FETCH_BYTES);
        var decisions = new TopicPartition(
                Topic.DECISIONS.topicName(), PoolPartitioner.partition(job.pool(), settings.poolPartitions()));
        var completions = new TopicPartition(
                Topic.COMPLETIONS.topicName(), PoolPartitioner.partition(job.jobId(), settings.keyPartitions()));
        // The time of a reopening is the topics' own. A submission's is a gateway's, whose clock may have been set back
        // since.
        Long reopenedAtMs = job.reopenedAtMs();
        long fromMs = reopenedAtMs != null
                ? reopenedAtMs
                : Math.max(0, Math.min(job.submittedAtMs(), nowMs) - CLOCKS_DIFFER_MS);
        Part first = new Part(config, decisions, job.jobId(), job.pool(), fromMs);
        try {
            Part second = new Part(config, completions, job.jobId(), job.pool(), fromMs);
            return new CatchUp(job, run, first, second, after, present);
        } catch (RuntimeException | Error e) {
            first.close();
            throw e;
        }
    }

    private CatchUp(JobHub.Known job, int run, Part first, Part second, long after, LongSupplier present) {
        this.run = run;
        this.first = first;
        this.second = second;
        this.upTo = present.getAsLong();
        this.fromAdmission = job.reopenedAtMs() == null;
        this.hasBegun = fromAdmission && job.phase() != JobHub.Known.Phase.SUBMITTED;
        this.hasEnded = job.phase() == JobHub.Known.Phase.ENDED && run <= job.run();
        this.last = after;
    }

    /** The next page; it may be empty while others are to come. */
    Page next() {
        var frames = new ArrayList<Frame>();
        while (frames.size() < PAGE) {
            Part next = first.nextSequence() <= second.nextSequence() ? first : second;
            if (next.nextSequence() > upTo || next.nextSequence() == Long.MAX_VALUE) {
                boolean isMissing = hasEnded || (hasBegun && !foundBeginning);
                return new Page(frames, last, !(isMissing && readsAgain()), false);
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
            if (fromAdmission && !foundBeginning) {
                foundBeginning = frame.envelope().data() instanceof JobAdmitted;
                if (!foundBeginning && readsAgain()) {
                    continue;
                }
            }
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

    /** Begins again at the earliest there is, at most once, if that is anything that was not read. */
    private boolean readsAgain() {
        if (fromEarliest) {
            return false;
        }
        fromEarliest = true;
        if (!first.hasEarlier() && !second.hasEarlier()) {
            return false;
        }
        LOG.atWarn()
                .addKeyValue("jobId", first.jobId)
                .log("clocks disagree, a job's past is read from the earliest event");
        first.seekToEarliest();
        second.seekToEarliest();
        return true;
    }

    @Override
    public void close() {
        first.close();
        second.close();
    }
}
