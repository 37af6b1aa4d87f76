package dev.millrace.scheduler.service.dispatcher;

import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.scheduler.PoolScheduler;
import dev.millrace.scheduler.decide.FollowUpException;
import dev.millrace.scheduler.decide.FollowUpFailures;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.Remembered;
import dev.millrace.scheduler.service.settings.SchedulerSettings;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.EventEnvelope;
import dev.millrace.schemas.codec.MalformedEventException;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.GenerationStarted;
import dev.millrace.schemas.event.PoolEvent;
import dev.millrace.schemas.event.Tick;
import dev.millrace.schemas.topic.PoolPartitioner;
import dev.millrace.schemas.topic.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides the inputs of one partition. Each initialisation begins a new generation. The generation announces itself, and places no task
 * until it has read back a tick of its own, which proves that the announcement is committed. A record that cannot be decoded or decided
 * goes to the dead letters in the same transaction. If a decision failed, the pool is then loaded again from the store.
 */
final class DispatchProcessor implements Processor<byte[], byte[], String, Outgoing> {
    private static final Logger LOG = LoggerFactory.getLogger(DispatchProcessor.class);

    /**
     * How long a pool gets no ticks if it has no executors and its last tick had no effect. Only deadlines of minutes can expire in such a
     * pool, and anybody can submit jobs to any number of such pools.
     */
    private static final long REST_MS = 2_000;

    /** How often sleeping pools get a tick to forget finished jobs; {@link #HASTY_SWEEP_MS} while those take too much memory. */
    private static final long SWEEP_MS = 3_600_000;

    private static final long HASTY_SWEEP_MS = 30_000;

    /** How many sleeping pools are handled in one tick; each is read from the store. */
    private static final int SWEPT_AT_ONCE = 500;

    private final SchedulerSettings settings;
    private final KafkaSettings kafka;
    private final DispatchMetrics metrics;

    /**
     * Once a tick has caused this many events in the pools of a partition together, the remaining pools wait for the next tick. After a
     * restart, many pools are due at the same moment. All events of a tick belong to one transaction, which is aborted if it takes too
     * long.
     */
    private final int maxEventsPerTick;

    private final CommitPacing pacing;
    private final DispatchProgress progress;
    private final Admission admission;
    private final FinishedJobs finished;
    private final TraceContexts traces = new TraceContexts();
    private final Outbox outbox;
    private final NavigableMap<String, PoolScheduler> pools = new TreeMap<>();

    /** Pools that get no ticks at present, with the time at which this ends, in the time of the ticks. */
    private final Map<String, Long> resting = new HashMap<>();

    private @Nullable PartitionGeneration life;

    DispatchProcessor(
            SchedulerSettings settings,
            KafkaSettings kafka,
            DispatchMetrics metrics,
            CommitPacing pacing,
            DispatchProgress progress,
            Admission admission,
            FinishedJobs finished) {
        this.settings = settings;
        this.kafka = kafka;
        this.outbox = new Outbox(kafka, traces);
        this.maxEventsPerTick = 2 * settings.core().maxEventsPerInput();
        this.metrics = metrics;
        this.pacing = pacing;
        this.progress = progress;
        this.admission = admission;
        this.finished = finished;
    }

    @Override
    public void init(ProcessorContext<String, Outgoing> context) {
        var store = new PoolStore(context.getStateStore(PoolStore.NAME));
        long beganNanos = System.nanoTime();
        var started = new PartitionGeneration(context, store, settings.tickMs());
        life = started;
        pools.clear();
        traces.clear();
        resting.clear();
        finished.track(started.partition, pools.values());
        for (String pool : store.pools()) {
            PoolScheduler loaded = load(started, pool);
            if (loaded.state().isAsleep()) {
                finished.sleeps(started.partition, loaded.state());
            } else {
                pools.put(pool, loaded);
            }
        }
        metrics.track(started.partition);
        admission.track(started.partition, pools.values());
        started.every(Duration.ofMillis(settings.tickMs()), now -> tick(started, now));
        started.every(Duration.ofMillis(settings.commitIntervalMs()), now -> started.commitUnseen());
        LOG.atInfo()
                .addKeyValue("partition", started.partition)
                .addKeyValue("generation", started.generation)
                .addKeyValue("pools", pools.size())
                .addKeyValue("loadedInMs", (System.nanoTime() - beganNanos) / 1_000_000)
                .log("dispatcher partition starts");
    }

    private PoolScheduler load(PartitionGeneration current, String pool) {
        PoolStore.Loaded loaded = current.store.load(pool, settings.core(), current.tickMs);
        for (PoolStore.Unreadable entry : loaded.unreadable()) {
            LOG.atError()
                    .addKeyValue("pool", pool)
                    .addKeyValue("key", entry.key())
                    .addKeyValue("reason", entry.reason())
                    .log("a part of the state cannot be read and is set aside");
            metrics.unreadable();
            progress.unreadable(entry.key());
        }
        FollowUpFailures failures = (step, cause) -> {
            metrics.followUpFailed();
            LOG.atError()
                    .addKeyValue("pool", pool)
                    .addKeyValue("step", step)
                    .setCause(cause)
                    .log("what is due cannot be decided");
        };
        traces.restore(pool, loaded.traces());
        return new PoolScheduler(loaded.state(), failures, outbox);
    }

    private void tick(PartitionGeneration current, long nowMs) {
        progress.ran(current.partition);
        if (!current.announced) {
            current.store.setGeneration(current.generation);
            forward(current, new GenerationStarted(current.partition, current.generation));
            current.announced = true;
        }
        if (current.committed && mayWait(current, nowMs)) {
            return;
        }
        current.tickSentMs = nowMs;
        progress.tickSent(current.partition);
        forward(current, new Tick(current.partition, current.generation, nowMs));
        current.commitUnseen();
    }

    /** Returns whether the next tick, which costs a commit, can wait: without open jobs ticks only end leases, without pools they only sweep. */
    private boolean mayWait(PartitionGeneration current, long nowMs) {
        if (!current.stoppedAt.isEmpty() || !current.toSweep.isEmpty()) {
            return false;
        }
        boolean due = nowMs - current.tickSentMs >= PartitionGeneration.SLOW_TICK_MS;
        return pools.isEmpty()
                ? nowMs - current.tickSentMs < sweepMs(nowMs)
                : !due
                        && pools.entrySet().stream()
                                .noneMatch(
                                        it -> it.getValue().state().hasOpenJobs() && !resting.containsKey(it.getKey()));
    }

    @Override
    @SuppressWarnings("try") // The ids are for log lines.
    public void process(Record<byte[], byte[]> record) {
        PartitionGeneration current = life;
        if (current == null) {
            throw new IllegalStateException("a record came before init");
        }
        try (var ids = current.log()) {
            process(current, record);
        }
    }

    private void process(PartitionGeneration current, Record<byte[], byte[]> record) {
        EventEnvelope envelope;
        try {
            envelope = EventCodec.decode(record.headers(), record.value());
        } catch (MalformedEventException e) {
            sendToDeadLetters(current, record, e.getMessage());
            return;
        }
        Event event = envelope.data();
        if (event instanceof Tick tick) {
            handleTick(current, tick, record);
        } else if (event instanceof PoolEvent pooled && belongsHere(current, pooled)) {
            var scheduler = pools.computeIfAbsent(pooled.pool(), pool -> {
                finished.wakes(current.partition, pool);
                return load(current, pool);
            });
            long nowMs = current.context.currentSystemTimeMs();
            var refusal = admission.refusal(scheduler.state(), event, nowMs);
            if (refusal.isPresent()) {
                sendToDeadLetters(current, record, refusal.get());
            } else {
                traces.note(pooled, envelope.traceparent());
                handle(current, scheduler, pooled.pool(), admission.admit(scheduler.state(), event, nowMs), record);
            }
        } else {
            sendToDeadLetters(
                    current, record, "a " + envelope.type().wireName() + " does not belong on this partition");
        }
    }

    private boolean belongsHere(PartitionGeneration current, PoolEvent event) {
        return PoolPartitioner.partition(event.pool(), kafka.poolPartitions()) == current.partition;
    }

    private void handleTick(PartitionGeneration current, Tick tick, Record<byte[], byte[]> record) {
        if (tick.generation() != current.generation) {
            return;
        }
        progress.tickRead(current.partition);
        current.committed = true;
        current.tickMs = current.clock.advance(tick.atMs());
        long nowMs = current.context.currentSystemTimeMs();
        if (current.toSweep.isEmpty() && tick.atMs() - current.sweptMs >= sweepMs(nowMs)) {
            current.sweptMs = tick.atMs();
            current.toSweep.addAll(current.store.pools());
        }
        sweep(current, tick, record);
        tickPools(current, tick, record, nowMs);
        // A pool with neither open jobs nor executors is only kept in the store until an input for it arrives.
        pools.values().removeIf(it -> {
            if (it.state().isAsleep()) {
                finished.sleeps(current.partition, it.state());
            }
            return it.state().isAsleep();
        });
        resting.keySet().retainAll(pools.keySet());
    }

    /** Passes a tick to the pools, beginning after the pool at which the last tick stopped, so that each gets its turn. */
    private void tickPools(PartitionGeneration current, Tick tick, Record<byte[], byte[]> record, long nowMs) {
        var order =
                new ArrayList<String>(pools.tailMap(current.stoppedAt, false).keySet());
        order.addAll(pools.headMap(current.stoppedAt, true).keySet());
        int decided = 0;
        for (String pool : order) {
            if (decided >= maxEventsPerTick) {
                return;
            }
            PoolScheduler scheduler = pools.get(pool);
            if (scheduler != null && resting.getOrDefault(pool, 0L) <= current.tickMs) {
                scheduler.state().forgetFinished(finished.forgetUpToMs(nowMs));
                decided += handle(current, scheduler, pool, tick, record);
            }
            current.stoppedAt = pool;
        }
        current.stoppedAt = "";
    }

    private long sweepMs(long nowMs) {
        return finished.tooMany(nowMs) ? HASTY_SWEEP_MS : SWEEP_MS;
    }

    /** Passes a tick to some of the sleeping pools. */
    private void sweep(PartitionGeneration current, Tick tick, Record<byte[], byte[]> record) {
        for (int i = 0; i < SWEPT_AT_ONCE && !current.toSweep.isEmpty(); i++) {
            String pool = current.toSweep.remove();
            if (!pools.containsKey(pool)) {
                PoolScheduler scheduler = load(current, pool);
                forgetAndTick(current, scheduler, pool, tick, record);
                finished.wakes(current.partition, pool);
                finished.sleeps(current.partition, scheduler.state());
                pools.remove(pool);
                current.store.forgetIfEmpty(pool);
            }
        }
    }

    /**
     * Repeats a tick until the pool forgets no more finished jobs. One tick forgets only a limited number of jobs, and the next tick of a
     * sleeping pool comes much later.
     */
    private void forgetAndTick(
            PartitionGeneration current,
            PoolScheduler scheduler,
            String pool,
            Tick tick,
            Record<byte[], byte[]> record) {
        scheduler.state().forgetFinished(finished.forgetUpToMs(current.context.currentSystemTimeMs()));
        Remembered before;
        do {
            before = scheduler.state().remembered();
            handle(current, scheduler, pool, tick, record);
        } while (!before.equals(scheduler.state().remembered()));
    }

    /** Decides an event and returns how many records were sent because of it. */
    private int handle(
            PartitionGeneration current,
            PoolScheduler scheduler,
            String pool,
            Event event,
            Record<byte[], byte[]> record) {
        List<ProducerRecord<String, byte[]>> output;
        List<PoolStore.Write> writes;
        try {
            var now = new Now(current.tickMs, record.timestamp());
            List<Event> decisions = new ArrayList<>();
            PoolState state =
                    decide(current, scheduler, pool, event, now, decisions).state();
            output = outbox.take(decisions);
            writes = PoolStore.writes(state, state.drainDirty());
            writes.addAll(traces.drain(state));
            if (event instanceof Tick && output.isEmpty() && state.fleet().all().isEmpty()) {
                resting.put(pool, current.tickMs + REST_MS);
            } else {
                resting.remove(pool);
            }
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("pool", pool).setCause(e).log("an input could not be decided");
            outbox.clear();
            // Loading the pool below restores the contexts that are in the store.
            traces.undo();
            pools.put(pool, load(current, pool));
            sendToDeadLetters(current, record, "cannot be decided: " + e);
            return 1;
        }
        current.store.save(writes);
        output.forEach(current::send);
        metrics.decided(output.size());
        if (current.hasUnseen() && pacing.take(System.nanoTime())) {
            current.commitUnseen();
        }
        return output.size();
    }

    /**
     * Decides an input and adds the resulting events to {@code decisions}. Returns the scheduler that decided it, which is a new one if the
     * pool had to be loaded again.
     */
    private PoolScheduler decide(
            PartitionGeneration current,
            PoolScheduler scheduler,
            String pool,
            Event event,
            Now now,
            List<Event> decisions) {
        try {
            decisions.addAll(scheduler.handle(event, current.generation, current.committed, now));
            return scheduler;
        } catch (FollowUpException e) {
            metrics.followUpFailed();
            LOG.atError().addKeyValue("pool", pool).setCause(e).log("what followed from an input could not be applied");
            outbox.clear();
            PoolScheduler anew = load(current, pool);
            pools.put(pool, anew);
            decisions.addAll(anew.handleAlone(event, now));
            return anew;
        }
    }

    private void forward(PartitionGeneration current, Event event) {
        current.send(outbox.encode(event, current.context.currentSystemTimeMs()));
    }

    private void sendToDeadLetters(
            PartitionGeneration current, Record<byte[], byte[]> record, @Nullable String reason) {
        current.send(
                Topic.DEAD_LETTERS.topicName(), outbox.deadLetter(record, current.context.recordMetadata(), reason));
        metrics.deadLetter();
        LOG.atWarn().addKeyValue("reason", reason).log("a record was put aside");
    }

    @Override
    public void close() {
        PartitionGeneration ended = life;
        if (ended != null) {
            ended.end();
            metrics.forget(ended.partition);
            admission.forget(ended.partition);
            finished.forget(ended.partition);
            progress.handedOver(ended.partition);
        }
        pools.clear();
        life = null;
    }
}
