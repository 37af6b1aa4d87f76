package dev.millrace.scheduler.service.dispatcher;

import dev.millrace.platform.log.LogContext;
import dev.millrace.scheduler.TickClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** One initialisation of the {@link DispatchProcessor}, from start or takeover to close; each has a generation of its own. */
final class PartitionGeneration {
    /** Between two ticks while no job is open: well below a lease. */
    static final long SLOW_TICK_MS = 1_000;

    final ProcessorContext<String, Outgoing> context;
    final PoolStore store;
    final int partition;
    final long generation;
    final TickClock clock;
    boolean announced;

    /** Whether a tick of this generation came back. */
    boolean committed;

    long tickMs;
    long tickSentMs;
    long sweptMs;

    /** Pools that sleep and are still to be looked after. */
    final Deque<String> toSweep = new ArrayDeque<>();

    /** The last pool that the tick before got to, if it stopped before the end; else empty. */
    String stoppedAt = "";

    private final List<Cancellable> schedules = new ArrayList<>();
    private boolean unseen;

    PartitionGeneration(ProcessorContext<String, Outgoing> context, PoolStore store, long tickIntervalMs) {
        this.context = context;
        this.store = store;
        this.partition = context.taskId().partition();
        this.generation = store.generation() + 1;
        this.tickMs = context.currentSystemTimeMs();
        this.sweptMs = tickMs;
        this.clock = new TickClock(tickMs, Math.max(tickIntervalMs, SLOW_TICK_MS / 2));
    }

    /** The ids that log lines carry while it decides. */
    LogContext log() {
        return LogContext.of("partition", Integer.toString(partition), "generation", Long.toString(generation));
    }

    /** Does something at intervals until {@link #end}. */
    void every(Duration interval, Punctuator what) {
        schedules.add(context.schedule(interval, PunctuationType.WALL_CLOCK_TIME, what));
    }

    /** Kafka Streams keeps the schedules of a task that it closes to begin it anew, and would go on with those of ended generations. */
    void end() {
        schedules.forEach(Cancellable::cancel);
    }

    void send(ProducerRecord<String, byte[]> out) {
        Integer partition = out.partition();
        send(
                out.topic(),
                new Record<>(
                        out.key(),
                        new Outgoing(out.value(), partition == null ? 0 : partition),
                        context.currentSystemTimeMs(),
                        out.headers()));
    }

    /** Nobody sees the record before a commit. */
    void send(String topic, Record<String, Outgoing> out) {
        unseen = true;
        context.forward(out, topic);
    }

    /** Whether something was sent since the last commit was asked for. */
    boolean hasUnseen() {
        return unseen;
    }

    /**
     * Asks for a commit if something was sent since the last. Input that was only read waits for the next tick or the regular commit.
     */
    void commitUnseen() {
        if (unseen) {
            unseen = false;
            context.commit();
        }
    }
}
