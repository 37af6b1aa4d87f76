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

/**
 * The state of the {@link DispatchProcessor} from one initialisation, at a start or takeover, until it is closed. Each has its own
 * generation number.
 */
final class PartitionGeneration {
    /** Time between two ticks while no job is open. It is well below the length of a lease. */
    static final long SLOW_TICK_MS = 1_000;

    final ProcessorContext<String, Outgoing> context;
    final PoolStore store;
    final int partition;
    final long generation;
    final TickClock clock;
    boolean announced;

    /** Whether a tick of this generation was read back, which proves that the generation is committed. */
    boolean committed;

    long tickMs;
    long tickSentMs;
    long sweptMs;

    /** Sleeping pools that the current sweep has not handled yet. */
    final Deque<String> toSweep = new ArrayDeque<>();

    /** The last pool that the previous tick handled, if it stopped before the last pool; otherwise empty. */
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

    /** Returns the ids that log lines carry while this generation decides. */
    LogContext log() {
        return LogContext.of("partition", Integer.toString(partition), "generation", Long.toString(generation));
    }

    /** Runs {@code what} at this interval until {@link #end}. */
    void every(Duration interval, Punctuator what) {
        schedules.add(context.schedule(interval, PunctuationType.WALL_CLOCK_TIME, what));
    }

    /**
     * Cancels all schedules. When Kafka Streams closes a task in order to start it again, it keeps the task's schedules, so those of ended
     * generations would go on running.
     */
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

    /** Sends a record. Nobody sees it before the next commit. */
    void send(String topic, Record<String, Outgoing> out) {
        unseen = true;
        context.forward(out, topic);
    }

    /** Returns whether a record was sent since the last request for a commit. */
    boolean hasUnseen() {
        return unseen;
    }

    /**
     * Requests a commit if a record was sent since the last request. Input that caused no output waits for the next tick or the regular
     * commit.
     */
    void commitUnseen() {
        if (unseen) {
            unseen = false;
            context.commit();
        }
    }
}
