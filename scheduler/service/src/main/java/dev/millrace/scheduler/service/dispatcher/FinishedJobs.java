package dev.millrace.scheduler.service.dispatcher;

import dev.millrace.scheduler.PoolScheduler;
import dev.millrace.scheduler.model.Remembered;
import dev.millrace.scheduler.state.PoolState;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Bounds the memory of finished jobs that are remembered, in all pools of a scheduler together. When they take more than they may, each
 * pool forgets those that ended first, until the latest that fit are left; so nobody's jobs are forgotten for those of another that
 * ended before. For the thread of one dispatcher.
 */
final class FinishedJobs {
    /** All pools are counted anew after so long. */
    private static final long RECOUNT_MS = 250;

    /** The part of the time that all of them span that is given up at each count, oldest first, as long as there are too many. */
    private static final long PART_OF_SPAN = 8;

    private final long maxBytes;
    private final Map<Integer, Collection<PoolScheduler>> awake = new HashMap<>();
    private final Map<Integer, Map<String, Remembered>> asleep = new HashMap<>();
    private long forgetUpToMs = Long.MIN_VALUE;
    private long countedMs = Long.MIN_VALUE;

    FinishedJobs(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Counts the pools of a partition from now on; none of them sleeps yet. */
    void track(int partition, Collection<PoolScheduler> pools) {
        awake.put(partition, pools);
        asleep.put(partition, new HashMap<>());
    }

    void forget(int partition) {
        awake.remove(partition);
        asleep.remove(partition);
    }

    /** A pool stays in the store alone. */
    void sleeps(int partition, PoolState pool) {
        Map<String, Remembered> pools = asleep.get(partition);
        if (pools != null && pool.remembered().bytes() > 0) {
            pools.put(pool.pool(), pool.remembered());
        }
    }

    /** A pool is held by the dispatcher, or gone. */
    void wakes(int partition, String pool) {
        Map<String, Remembered> pools = asleep.get(partition);
        if (pools != null) {
            pools.remove(pool);
        }
    }

    /** Jobs that ended up to then are to be forgotten, however young they are. */
    long forgetUpToMs(long nowMs) {
        if (countedMs == Long.MIN_VALUE || nowMs < countedMs || nowMs - countedMs >= RECOUNT_MS) {
            count(nowMs);
        }
        return forgetUpToMs;
    }

    /** Whether there are too many. */
    boolean tooMany(long nowMs) {
        return forgetUpToMs(nowMs) > Long.MIN_VALUE;
    }

    private void count(long nowMs) {
        var all = Stream.concat(
                        awake.values().stream().flatMap(Collection::stream).map(pool -> pool.state()
                                .remembered()),
                        asleep.values().stream().flatMap(pools -> pools.values().stream()))
                .reduce(new Remembered(0, Long.MAX_VALUE), FinishedJobs::together);
        countedMs = nowMs;
        // Clocks that were ahead may have left ends of the future.
        forgetUpToMs = all.bytes() <= maxBytes
                ? Long.MIN_VALUE
                : all.oldestMs() + Math.max(0, nowMs - all.oldestMs()) / PART_OF_SPAN;
    }

    private static Remembered together(Remembered one, Remembered other) {
        return new Remembered(one.bytes() + other.bytes(), Math.min(one.oldestMs(), other.oldestMs()));
    }
}
