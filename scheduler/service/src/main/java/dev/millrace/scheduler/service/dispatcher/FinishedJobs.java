package dev.millrace.scheduler.service.dispatcher;

import dev.millrace.scheduler.PoolScheduler;
import dev.millrace.scheduler.model.Remembered;
import dev.millrace.scheduler.state.PoolState;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Bounds the memory of the finished jobs that are remembered in all pools of a scheduler together. While they exceed the limit, every pool
 * forgets the jobs that ended before a common time, and this time advances until the rest fits. Therefore a job is never forgotten in
 * favour of one that ended earlier. Used only by the stream thread of one dispatcher.
 */
final class FinishedJobs {
    /** Interval at which the memory of all pools is counted again. */
    private static final long RECOUNT_MS = 250;

    /**
     * While there are too many finished jobs, each count gives up those from the oldest part of the time between the first end and now. The
     * part is one divided by this number.
     */
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

    /** Records that a pool is kept only in the store from now on. */
    void sleeps(int partition, PoolState pool) {
        Map<String, Remembered> pools = asleep.get(partition);
        if (pools != null && pool.remembered().bytes() > 0) {
            pools.put(pool.pool(), pool.remembered());
        }
    }

    /** Records that a pool is loaded in memory again, or that its entry here is out of date. */
    void wakes(int partition, String pool) {
        Map<String, Remembered> pools = asleep.get(partition);
        if (pools != null) {
            pools.remove(pool);
        }
    }

    /** Returns the time up to which finished jobs are to be forgotten, however recently they ended. {@link Long#MIN_VALUE} if none are. */
    long forgetUpToMs(long nowMs) {
        if (countedMs == Long.MIN_VALUE || nowMs < countedMs || nowMs - countedMs >= RECOUNT_MS) {
            count(nowMs);
        }
        return forgetUpToMs;
    }

    /** Returns whether finished jobs take more memory than they may. */
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
        // If a clock was ahead, the first end may lie in the future.
        forgetUpToMs = all.bytes() <= maxBytes
                ? Long.MIN_VALUE
                : all.oldestMs() + Math.max(0, nowMs - all.oldestMs()) / PART_OF_SPAN;
    }

    private static Remembered together(Remembered one, Remembered other) {
        return new Remembered(one.bytes() + other.bytes(), Math.min(one.oldestMs(), other.oldestMs()));
    }
}
