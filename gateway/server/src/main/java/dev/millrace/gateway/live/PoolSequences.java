package dev.millrace.gateway.live;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts the decisions of every pool back into their sequence. The periodic check costs something only for pools with waiting frames. A pool
 * that nobody watches is forgotten once it has had no frames for a while. The bytes of frames that wait behind gaps are limited for all
 * pools together: beyond the limit, the pool with the most waiting bytes skips its gap, and its watchers learn of the skip. Not
 * thread-safe.
 */
final class PoolSequences {
    /**
     * How long frames wait, and how much may wait.
     *
     * @param patienceMs how long the first frames of a pool wait for earlier ones
     * @param gapPatienceMs how long frames wait for a gap to close
     * @param waitingBytes maximum number of bytes of all waiting frames, in the size in which they were sent
     * @param idleMs time without frames after which a pool is forgotten; longer than {@code gapPatienceMs}
     */
    public record Limits(long patienceMs, long gapPatienceMs, long waitingBytes, long idleMs) {}

    /**
     * The frames that are in order now.
     *
     * @param gapsIn the pools in which frames were skipped, so that watchers may have missed some
     */
    record Released(List<Frame> frames, Set<String> gapsIn) {}

    /** A pool, and when it was last used. */
    private static final class Pool {
        final String name;
        final Resequencer sequence;
        long usedAtMs;

        Pool(String name, Resequencer sequence) {
            this.name = name;
            this.sequence = sequence;
        }
    }

    private final Limits limits;

    /** The pools by name. The one that has been unused for the longest time comes first. */
    private final Map<String, Pool> pools = new LinkedHashMap<>();

    private final Set<Pool> waiting = new LinkedHashSet<>();
    private final Map<String, Integer> watchers = new HashMap<>();
    private long waitingBytes;

    PoolSequences(Limits limits) {
        this.limits = limits;
    }

    /** Adds a frame of {@code bytes} bytes and returns the frames that are in order now. */
    Released add(Frame frame, long bytes, long nowMs) {
        Pool pool = pools.remove(frame.pool());
        if (pool == null) {
            pool = new Pool(frame.pool(), new Resequencer(limits.patienceMs(), limits.gapPatienceMs()));
        }
        pool.usedAtMs = nowMs;
        pools.put(frame.pool(), pool);
        long before = pool.sequence.waitingBytes();
        var released = new ArrayList<>(pool.sequence.add(frame, bytes, nowMs));
        note(pool, before);
        var gapsIn = new HashSet<String>();
        while (waitingBytes > limits.waitingBytes()) {
            Pool largest = waiting.stream()
                    .max(Comparator.comparingLong(it -> it.sequence.waitingBytes()))
                    .orElseThrow();
            if (largest.sequence.lastReleased() >= 0) {
                gapsIn.add(largest.name);
            }
            before = largest.sequence.waitingBytes();
            released.addAll(largest.sequence.skip(nowMs));
            note(largest, before);
        }
        return new Released(released, gapsIn);
    }

    /** Returns the frames whose waiting time is over, and forgets idle pools. */
    Released expire(long nowMs) {
        var released = new ArrayList<Frame>();
        var gapsIn = new HashSet<String>();
        for (Pool pool : List.copyOf(waiting)) {
            boolean begun = pool.sequence.lastReleased() >= 0;
            long before = pool.sequence.waitingBytes();
            List<Frame> due = pool.sequence.expire(nowMs);
            note(pool, before);
            if (begun && !due.isEmpty()) {
                gapsIn.add(pool.name);
            }
            released.addAll(due);
        }
        forget(nowMs);
        return new Released(released, gapsIn);
    }

    private void note(Pool pool, long before) {
        waitingBytes += pool.sequence.waitingBytes() - before;
        if (pool.sequence.isWaiting()) {
            waiting.add(pool);
        } else {
            waiting.remove(pool);
        }
    }

    /** Forgets idle pools. If frames of such a pool come later, it begins as every pool does when the hub starts. */
    private void forget(long nowMs) {
        var stay = new LinkedHashMap<String, Pool>();
        for (Iterator<Map.Entry<String, Pool>> eldest = pools.entrySet().iterator(); eldest.hasNext(); ) {
            Map.Entry<String, Pool> entry = eldest.next();
            if (nowMs - entry.getValue().usedAtMs < limits.idleMs()) {
                break;
            }
            eldest.remove();
            if (watchers.containsKey(entry.getKey())
                    || entry.getValue().sequence.isWaiting()) {
                entry.getValue().usedAtMs = nowMs;
                stay.put(entry.getKey(), entry.getValue());
            }
        }
        pools.putAll(stay);
    }

    /** Records that somebody watches the pool. The pool is not forgotten until {@link #unwatch}, so the watcher misses nothing. */
    void watch(String pool) {
        watchers.merge(pool, 1, Integer::sum);
    }

    void unwatch(String pool) {
        watchers.computeIfPresent(pool, (name, count) -> count == 1 ? null : count - 1);
    }

    /** Returns the sequence of the last frame of the pool that was released, or -1 if none was. */
    long lastReleased(String pool) {
        Resequencer sequence = of(pool);
        return sequence == null ? -1 : sequence.lastReleased();
    }

    /** Returns the sequence of the first frame of the pool that was released, or -1 if none was. */
    long firstReleased(String pool) {
        Resequencer sequence = of(pool);
        return sequence == null ? -1 : sequence.firstReleased();
    }

    private @Nullable Resequencer of(String pool) {
        Pool known = pools.get(pool);
        return known == null ? null : known.sequence;
    }

    int size() {
        return pools.size();
    }
}
