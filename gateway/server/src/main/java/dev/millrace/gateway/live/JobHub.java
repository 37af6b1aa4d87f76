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

    /** How long to wait for a gap to close. An abandoned transaction delays a topic for at most half a minute. */
    private static final long GAP_PATIENCE_MS = 60_000;

    private static final long LOOK_MS = 1_000;

    /** Maximum bytes of the events that wait behind gaps, as they were sent. Decoded events take several times as much memory. */
    private static final long GAP_BYTES = 16L << 20;

    /** How long a pool without events is remembered. Anybody who may submit can name new pools, so unused ones are forgotten. */
    private static final long IDLE_MS = 600_000;

    private final Vertx vertx;
    private final KafkaSettings settings;
    private final Context context;
    private final String instance;
    private @Nullable KafkaConsumer<String, byte[]> consumer;
    private final PoolSequences pools =
            new PoolSequences(new PoolSequences.Limits(PATIENCE_MS, GAP_PATIENCE_MS, GAP_BYTES, IDLE_MS));
    private final Map<String, List<Registered>> listeners = new ConcurrentHashMap<>();
    private final ByteCache<String, KnownJob> known;
    private long timer;
    private long lookTimer;
    private boolean looking;
    private final ConsumerProgress progress;
    private volatile boolean following;
    private volatile boolean stopping;

    /**
     * @param knownBytes heap bytes for jobs that the views may not show yet; the least used job is dropped first
     * @param still how long the consumer may neither read anything nor be at the end of its topics before {@link #trouble} reports it
     */
    public JobHub(Vertx vertx, KafkaSettings settings, String instance, long knownBytes, Duration still) {
        this.progress = new ConsumerProgress(still);
        this.known = new ByteCache<>(knownBytes, (id, job) -> job.bytes());
        this.vertx = vertx;
        this.settings = settings;
        this.context = vertx.getOrCreateContext();
        this.instance = instance;
    }

    /** Starts to follow the topics. The future completes once the hub will see every later record. */
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
        follower.exceptionHandler(failure -> {
            if (!stopping) {
                LOG.atWarn().addKeyValue("cause", failure).log("live events are interrupted");
            }
        });
        timer = vertx.setPeriodic(100, tick -> release(pools.expire(nowMs())));
        lookTimer = vertx.setPeriodic(LOOK_MS, tick -> look(follower, assignment));
        return follower.assign(assignment)
                .compose(assigned -> follower.seekToEnd(assignment))
                .compose(sought -> positions(follower, assignment))
                .onSuccess(positioned -> {
                    // Sets the handler last: with a handler the consumer polls, and other calls wait for each poll.
                    follower.handler(this::receive);
                    following = true;
                });
    }

    /**
     * Reports progress if the consumer is at the end of all partitions. Without this, a consumer that has nothing to read would look like
     * one that is stuck.
     */
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

    /** Kafka seeks lazily. Asking for the positions makes it seek before the start completes. */
    private static Future<Void> positions(KafkaConsumer<String, byte[]> follower, Set<TopicPartition> assignment) {
        var positions = new ArrayList<Future<Long>>();
        assignment.forEach(partition -> positions.add(follower.position(partition)));
        return Future.all(positions).mapEmpty();
    }

    /** Returns why live events are not up to date, or null while they are. */
    public @Nullable String trouble() {
        return following ? progress.trouble() : "the topics are not followed yet";
    }

    public Optional<KnownJob> known(String jobId) {
        return known.find(jobId);
    }

    /**
     * Remembers a job that was submitted, before anything else of it is on the topics. A submission that may be a repetition is not
     * remembered: the job may have ended long ago, and a watcher that begins now would never see its end. If the job is new, it is
     * remembered as soon as it is admitted.
     */
    public void remember(JobSubmitted job) {
        if (!Boolean.TRUE.equals(job.maybeRepeated())) {
            learn(KnownJob.of(job));
        }
    }

    private void learn(KnownJob job) {
        known.putIfAbsent(job.jobId(), job);
    }

    /**
     * The facts that a listener needs about the point at which it began to listen.
     *
     * @param after returns the last sequence of the pool that the listener will not get; all frames up to it are on the topics. May block
     *     for a moment, so it must not be called on an event loop
     * @param stop removes the listener
     */
    public record Listening(LongSupplier after, Runnable stop) {}

    private record Registered(String pool, Listener listener) {}

    /** Called on the hub's event loop. */
    public interface Listener {
        void frame(Frame frame);

        /** Called when frames of the pool were skipped. The listener cannot know whether they belonged to its job. */
        void gap();
    }

    /**
     * Calls {@code listener} with every frame of the job that this hub releases from now on. Frames are released in sequence. Therefore all
     * frames of the pool up to {@link Listening#after} are already on the topics, and all later ones reach the listener. This is the only
     * point at which past and present can be joined without a gap.
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
     * Returns the sequence before the first frame that is released for a pool for which nothing has been released yet. It waits until
     * frames that the hub has received by now must have been released. If none was released, all frames are in the past, and it returns
     * {@link Long#MAX_VALUE}.
     */
    private long beforeFirst(String pool) {
        var answer = new CompletableFuture<Long>();
        context.runOnContext(it -> vertx.setTimer(2 * PATIENCE_MS, timer -> {
            long first = pools.firstReleased(pool);
            answer.complete(first < 0 ? Long.MAX_VALUE : first - 1);
        }));
        return answer.join();
    }

    /** Removes the listener. May be called more than once. */
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
                learn(KnownJob.of(job));
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
                // The phase is updated only now that the frame is released, not when it arrives: a listener that begins
                // after this finds the frame in the past that it reads from the topics.
                known.find(jobId).ifPresent(job -> note(job, job.after(frame)));
                listeners.getOrDefault(jobId, List.of()).stream()
                        .filter(it -> it.pool().equals(frame.pool()))
                        .forEach(it -> it.listener().frame(frame));
            }
        }
    }

    private void note(KnownJob before, KnownJob now) {
        if (!now.equals(before)) {
            known.put(now.jobId(), now);
        }
    }

    public Future<Void> stop() {
        stopping = true;
        vertx.cancelTimer(timer);
        vertx.cancelTimer(lookTimer);
        KafkaConsumer<String, byte[]> follower = consumer;
        return follower == null ? Future.succeededFuture() : follower.close();
    }
}
