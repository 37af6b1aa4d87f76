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
 * Reads the past events of a job from the topics, page by page and in sequence, up to the ends that the topics had when it was opened. It
 * finds the beginning of the past by time, and the times come from several clocks. Therefore, if it does not find an event that must exist,
 * it reads again from the beginning of the topics. Blocking; for worker threads, one at a time. Between pages it holds two consumers and no
 * thread.
 */
final class CatchUp implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CatchUp.class);
    private static final Duration POLL = Duration.ofMillis(500);

    /**
     * How far the clock of the topics may be behind the gateway's clock before the past must be read a second time. A larger value costs
     * more for every first watcher of a job, because events of other jobs in this time are read too: twice the value, twice as many.
     */
    private static final long CLOCKS_DIFFER_MS = 60_000;

    private static final int PAGE = 100;

    /**
     * Number of records at the end of a page that are decoded even if they do not belong to the job. One would not suffice: if a partition
     * has several pools, most records may belong to other pools.
     */
    private static final int LOOKED_AT = 5;

    /** Number of bytes that a consumer may fetch at once. It is small because many pasts may be read at the same time. */
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

    /** The part of the past that is in one topic. */
    private static final class Part implements AutoCloseable {
        final KafkaConsumer<String, byte[]> consumer;
        final TopicPartition partition;
        final String jobId;
        final String pool;
        final long end;
        private final long start;
        final Deque<Frame> frames = new ArrayDeque<>();

        /**
         * The highest sequence of the pool that was read. The decisions of a pool are in order within a topic, so no frame up to this
         * sequence will follow.
         */
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

        /** Returns whether the topic has records before the offset at which reading began. */
        boolean hasEarlier() {
            return consumer.beginningOffsets(Set.of(partition)).getOrDefault(partition, 0L) < start;
        }

        /** Goes back to the earliest record that the topic still has. */
        void seekToEarliest() {
            consumer.seekToBeginning(List.of(partition));
            frames.clear();
            passed = -1;
        }

        /**
         * Reads one page. There may be a thousand times as many records of other jobs. Of these, only those among the last few of the page
         * are decoded: they show how far the pool's decisions have been read.
         */
        void fill() {
            List<ConsumerRecord<String, byte[]>> page = consumer.poll(POLL).records(partition);
            for (int i = 0; i < page.size(); i++) {
                if (isOfJob(page.get(i).key()) || i >= page.size() - LOOKED_AT) {
                    take(page.get(i));
                }
            }
        }

        /**
         * The key of a record is the key of its event: the id of the job, or the id of one of its tasks, which begins with the id of the
         * job.
         */
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

        /**
         * Returns the sequence of the next frame. If none has been read, returns the lowest sequence that a later frame may have, or {@link
         * Long#MAX_VALUE} at the end.
         */
        long nextSequence() {
            if (!frames.isEmpty()) {
                return frames.element().sequence();
            }
            return isAtEnd() ? Long.MAX_VALUE : passed + 1;
        }

        /**
         * Returns null for an event that is not a decision, and for a record that is not an event. Such a record is not part of any job's
         * past; other services have moved it to the dead letters.
         */
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
     * A page of the past.
     *
     * @param last sequence of the last frame so far; if there was none, the cursor after which the past was opened
     * @param complete whether this was the last page
     * @param ended whether the end of the job was reached, even if it is before the cursor
     */
    record Page(List<Frame> frames, long last, boolean complete, boolean ended) {}

    /**
     * Opens the past of a job. Reading begins with the job's last known run, and only frames after the cursor {@code after} are returned.
     *
     * @param run number of the run whose end ends the past; the end of a later run ends it too
     * @param present returns the sequence up to which frames belong to the past; it is called once the ends of the topics are fixed
     * @param nowMs the current time by this gateway's clock
     */
    static CatchUp open(KafkaSettings settings, KnownJob job, int run, long after, LongSupplier present, long nowMs) {
        var config = new HashMap<>(settings.consumer("millrace-gateway-catch-up"));
        config.put("fetch.max.bytes", FETCH_BYTES);
        config.put("max.partition.fetch.bytes", FETCH_BYTES);
        var decisions = new TopicPartition(
                Topic.DECISIONS.topicName(), PoolPartitioner.partition(job.pool(), settings.poolPartitions()));
        var completions = new TopicPartition(
                Topic.COMPLETIONS.topicName(), PoolPartitioner.partition(job.jobId(), settings.keyPartitions()));
        // The time at which a job was reopened comes from the clock of the topics. The time of a submission comes from
        // the clock of a gateway, which may have been set back since.
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

    private CatchUp(KnownJob job, int run, Part first, Part second, long after, LongSupplier present) {
        this.run = run;
        this.first = first;
        this.second = second;
        this.upTo = present.getAsLong();
        this.fromAdmission = job.reopenedAtMs() == null;
        this.hasBegun = fromAdmission && job.phase() != KnownJob.Phase.SUBMITTED;
        this.hasEnded = job.phase() == KnownJob.Phase.ENDED && run <= job.run();
        this.last = after;
    }

    /** Returns the next page. A page may be empty although more pages follow. */
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
                    // Returns an empty or short page, because the caller checks only between pages whether anybody
                    // still waits.
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

    /**
     * Starts again at the earliest records of the topics, at most once, and only if there are records that were not read. Returns whether
     * it did.
     */
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
