package dev.millrace.gateway.live;

import dev.millrace.platform.kafka.ConsumerProgress;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.platform.work.ByteCache;
import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.MalformedEventException;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobAdmitted;
import dev.millrace.schemas.event.JobRetryStarted;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.topic.Topic;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.common.TopicPartition;
import io.vertx.kafka.client.consumer.KafkaConsumer;
import io.vertx.kafka.client.consumer.KafkaConsumerRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the topics once for all watchers of this gateway. Frames of a job reach its listeners in sequence; listeners run
 * on the hub's event loop and must not block.
 */
public final class JobHub {
    private static final Logger LOG = LoggerFactory.getLogger(JobHub.class);
    private static final long PATIENCE_MS = 300;

    /** An abandoned transaction holds up a topic until its timeout, at most half a minute. */
    private static final long GAP_PATIENCE_MS = 60_000;

    private static final long LOOK_MS = 1_000;

    /** The limit of events behind gaps, as they were sent; decoded they take some times as much. */
    private static final long GAP_BYTES = 16L << 20;

    /** Anybody who may submit can name a pool, so those that are over must not stay. */
    private static final long IDLE_MS = 600_000;

    /**
     * A job as the hub has seen it, before any view shows it.
     *
     * @param submittedAtMs by the clock of the gateway that took the job
     * @param run the last one known of
     * @param reopenedAtMs when the job was last reopened, by the clock of the topics; null for a job that never was
     * @param phase how far its last run is for certain
     */
    public record Known(
            String jobId,
            String pool,
            String owner,
            String name,
            String project,
            String priority,
            long submittedAtMs,
            String specDigest,
            int run,
            @Nullable Long reopenedAtMs,
            Phase phase) {
        private static final long FIXED_BYTES = 800;

        /** How far a run is on the topics. */
        public enum Phase {
            /** Nothing may be yet. */
            SUBMITTED,
            /** Its beginning is. */
            BEGUN,
            /** Its end is. */
            ENDED
        }

        /** Its heap bytes, from above. */
        long bytes() {
            int chars = jobId.length() + pool.length() + owner.length() + name.length() + project.length();
            return 2L * chars + FIXED_BYTES;
        }

        /** The same job in a later run. */
        Known reopened(JobRetryStarted it, long atMs) {
            return with(it.run(), atMs, Phase.BEGUN);
        }

        /** The same job after an event of it that is on the topics. */
        Known after(Frame frame) {
            boolean begins = frame.envelope().data() instanceof JobAdmitted && phase == Phase.SUBMITTED;
            Phase now = begins ? Phase.BEGUN : frame.ends(run) ? Phase.ENDED : phase;
            return now == phase ? this : with(run, reopenedAtMs, now);
        }

        private Known with(int newRun, @Nullable Long newReopenedAtMs, Phase newPhase) {
            return new Known(
                    jobId,
                    pool,
                    owner,
                    name,
                    project,
                    priority,
                    submittedAtMs,
                    specDigest,
                    newRun,
                    newReopenedAtMs,
                    newPhase);
        }

        static Known of(JobSubmitted job) {
            return new Known(
                    job.jobId(),
                    job.pool(),
                    job.owner(),
                    job.name(),
                    job.project(),
                    job.priority().wireName(),
                    job.submittedAtMs(),
                    job.specDigest().hex(),
                    0,
                    null,
                    Phase.SUBMITTED);
        }

        static Known of(JobAdmitted job) {
            return new Known(
                    job.jobId(),
                    job.pool(),
                    job.owner(),
                    job.name(),
                    job.project(),
                    job.priority().wireName(),
                    job.submittedAtMs(),
                    job.specDigest().hex(),
                    0,
                    null,
                    Phase.SUBMITTED);
        }
    }

    private final Vertx vertx;
    private final KafkaSettings settings;
    private final Context context;
    private final String instance;
    private @Nullable KafkaConsumer<String, byte[]> consumer;
    private final PoolSequences pools =
            new PoolSequences(new PoolSequences.Limits(PATIENCE_MS, GAP_PATIENCE_MS, GAP_BYTES, IDLE_MS));
    private final Map<String, List<Registered>> listeners = new ConcurrentHashMap<>();
    private final ByteCache<String, Known> known;
    private long timer;
    private long lookTimer;
    private boolean looking;
    private final ConsumerProgress progress;
    private volatile boolean following;

    /**
     * @param knownBytes of the heap for jobs that no view may show yet; the one asked for least goes first
     * @param still after which a consumer that neither reads nor is at the end of its topics is in trouble
     */
    public JobHub(Vertx vertx, KafkaSettings settings, String instance, long knownBytes, Duration still) {
        this.progress = new ConsumerProgress(still);
        this.known = new ByteCache<>(knownBytes, (id, job) -> job.bytes());
        this.vertx = vertx;
        this.settings = settings;
        this.context = vertx.getOrCreateContext();
        this.instance = instance;
    }

    /** Completes once every later record will be seen. */
    public Future<Void> start() {
        Promise<Void> started = Promise.promise();
        context.runOnContext(it -> follow().onComplete(started));
        return started.future();
    }

    private Future<Void> follow() {
        var config = settings.consumer("millrace-gateway-" + instance);
        config.put("auto.offset.reset", "latest");
        KafkaConsumer<String, byte[]> follower = KafkaConsumer.create(vertx, config);
        consumer = follower;
        Set<TopicPartition> assignment = new HashSet<>();
        for (int i = 0; i < settings.poolPartitions(); i++) {
            assignment.add(new TopicPartition(Topic.JOBS.topicName(), i));
            assignment.add(new TopicPartition(Topic.DECISIONS.topicName(), i));
        }
        for (int i = 0; i < settings.keyPartitions(); i++) {
            assignment.add(new TopicPartition(Topic.COMPLETIONS.topicName(), i));
        }
        follower.exceptionHandler(
                failure -> LOG.atWarn().addKeyValue("cause", failure).log("live events are interrupted"));
        follower.handler(this::receive);
        timer = vertx.setPeriodic(100, tick -> release(pools.expire(nowMs())));
        lookTimer = vertx.setPeriodic(LOOK_MS, tick -> look(follower, assignment));
        return follower.assign(assignment)
                .compose(assigned -> follower.seekToEnd(assignment))
                .compose(sought -> positions(follower, assignment))
                .onSuccess(positioned -> following = true);
    }

    /** A quiet pool looks like a consumer that stands still, unless there is nothing more to read. */
    private void look(KafkaConsumer<String, byte[]> follower, Set<TopicPartition> assignment) {
        if (looking || !following) {
            return;
        }
        looking = true;
        follower.endOffsets(assignment)
                .compose(ends -> Future.all(assignment.stream()
                                .map(partition -> follower.position(partition)
                                        .map(position -> position >= ends.getOrDefault(partition, 0L)))
                                .toList())
                        .map(all -> all.<Boolean>list().stream().allMatch(atEnd -> atEnd)))
                .onComplete(found -> {
                    looking = false;
                    if (found.succeeded() && found.result()) {
                        progress.turned();
                    }
                });
    }

    /** Seeking is lazy; asking for the position makes it happen before start completes. */
    private static Future<Void> positions(KafkaConsumer<String, byte[]> follower, Set<TopicPartition> assignment) {
        var positions = new ArrayList<Future<Long>>();
        assignment.forEach(partition -> positions.add(follower.position(partition)));
        return Future.all(positions).mapEmpty();
    }

    /** Why live events are not those of now, or null while they are. */
    public @Nullable String trouble() {
        return following ? progress.trouble() : "the topics are not followed yet";
    }

    public Optional<Known> known(String jobId) {
        return known.find(jobId);
    }

    /**
     * Notes a job that was submitted, before anything else of it is on the topics. One that may have ended long ago is not noted: nobody who
     * watches it from now on would see its end. If it is new it is noted as soon as it is admitted.
     */
    public void remember(JobSubmitted job) {
        if (!Boolean.TRUE.equals(job.maybeRepeated())) {
            learn(Known.of(job));
        }
    }

    private void learn(Known job) {
        known.putIfAbsent(job.jobId(), job);
    }

    /**
     * The facts that a listener needs about its beginning.
     *
     * @param after tells the last sequence of the pool that the listener will not get: what comes up to there is in the
     *     topics. May block for a moment; not for an event loop
     * @param stop ends the listening
     */
    public record Listening(LongSupplier after, Runnable stop) {}

    private record Registered(String pool, Listener listener) {}

    /** Called on the hub's event loop. */
    public interface Listener {
        void frame(Frame frame);

        /** Frames of the pool were skipped, and whoever listens does not know whether they were its job's. */
        void gap();
    }

    /**
     * Calls {@code listener} with every frame of the job that this hub releases from now on. Frames are released in sequence,
     * so those of the pool up to {@link Listening#after} were all on the log before, and those beyond all reach the listener:
     * the one place at which past and present can be joined without a gap.
     */
    public Future<Listening> listen(String jobId, String pool, Listener listener) {
        Promise<Listening> listening = Promise.promise();
        var registered = new Registered(pool, listener);
        context.runOnContext(it -> {
            listeners.compute(jobId, (id, all) -> {
                List<Registered> some = all == null ? new CopyOnWriteArrayList<>() : all;
                some.add(registered);
                return some;
            });
            pools.watch(pool);
            long released = pools.lastReleased(pool);
            LongSupplier after = released >= 0 ? () -> released : () -> beforeFirst(pool);
            listening.complete(new Listening(after, () -> unlisten(jobId, registered)));
        });
        return listening.future();
    }

    /**
     * For a pool from which nothing was released yet since the hub began to follow: what the topics held a moment ago is
     * released by the end of the patience, and if nothing is, all there is lies in the past.
     */
    private long beforeFirst(String pool) {
        var answer = new CompletableFuture<Long>();
        context.runOnContext(it -> vertx.setTimer(2 * PATIENCE_MS, timer -> {
            long first = pools.firstReleased(pool);
            answer.complete(first < 0 ? Long.MAX_VALUE : first - 1);
        }));
        return answer.join();
    }

    /** May be called more than once. */
    private void unlisten(String jobId, Registered registered) {
        var was = new boolean[1];
        listeners.computeIfPresent(jobId, (id, all) -> {
            was[0] = all.remove(registered);
            return all.isEmpty() ? null : all;
        });
        if (was[0]) {
            context.runOnContext(it -> pools.unwatch(registered.pool()));
        }
    }

    private void receive(KafkaConsumerRecord<String, byte[]> record) {
        progress.turned();
        try {
            var envelope = EventCodec.decode(record.record().headers(), record.value());
            Event data = envelope.data();
            if (data instanceof JobSubmitted job) {
                remember(job);
                return;
            }
            if (data instanceof JobAdmitted job) {
                learn(Known.of(job));
            }
            if (data instanceof JobRetryStarted job) {
                known.find(job.jobId()).ifPresent(it -> known.put(job.jobId(), it.reopened(job, record.timestamp())));
            }
            Frame frame = Frame.of(envelope);
            if (frame != null) {
                release(pools.add(frame, record.value().length, nowMs()));
            }
        } catch (MalformedEventException e) {
            LOG.atWarn()
                    .addKeyValue("topic", record.topic())
                    .addKeyValue("offset", record.offset())
                    .addKeyValue("cause", e)
                    .log("not an event");
        }
    }

    private void release(PoolSequences.Released released) {
        if (!released.gapsIn().isEmpty()) {
            LOG.atWarn().addKeyValue("pools", released.gapsIn()).log("gaps in the events of pools did not close");
            listeners.values().stream()
                    .flatMap(List::stream)
                    .filter(it -> released.gapsIn().contains(it.pool()))
                    .forEach(it -> it.listener().gap());
        }
        deliver(released.frames());
    }

    private static long nowMs() {
        return System.nanoTime() / 1_000_000;
    }

    private void deliver(List<Frame> frames) {
        for (Frame frame : frames) {
            String jobId = frame.jobId();
            if (jobId != null) {
                // Not before: whoever begins to listen from here on finds what is noted in the topics.
                known.find(jobId).ifPresent(job -> note(job, job.after(frame)));
                listeners.getOrDefault(jobId, List.of()).stream()
                        .filter(it -> it.pool().equals(frame.pool()))
                        .forEach(it -> it.listener().frame(frame));
            }
        }
    }

    private void note(Known before, Known now) {
        if (!now.equals(before)) {
            known.put(now.jobId(), now);
        }
    }

    public Future<Void> stop() {
        vertx.cancelTimer(timer);
        vertx.cancelTimer(lookTimer);
        KafkaConsumer<String, byte[]> follower = consumer;
        return follower == null ? Future.succeededFuture() : follower.close();
    }
}
