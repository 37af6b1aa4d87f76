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
 * The decisions of every pool, each back in its sequence. Time passing costs only pools with frames that wait, a pool nobody
 * watches is forgotten once it was quiet for a while, and frames that wait behind gaps have a limit for all pools together: what
 * is beyond it waits no longer, and watchers learn of the gap. Not thread-safe.
 */
final class PoolSequences {
    /**
     * How long and how much.
     *
     * @param patienceMs how long the first frames of a pool wait for earlier ones
     * @param gapPatienceMs how long a gap is waited for
     * @param waitingBytes of frames that wait, as they were sent
     * @param idleMs after which a pool is forgotten; longer than a gap is waited for
     */
    public record Limits(long patienceMs, long gapPatienceMs, long waitingBytes, long idleMs) {}

    /**
     * The frames that are in order now.
     *
     * @param gapsIn the pools where frames were skipped that watchers may miss
     */
    record Released(List<Frame> frames, Set<String> gapsIn) {}

    /** A pool, and when it was last of interest. */
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

    /** The one of interest longest ago first. */
    private final Map<String, Pool> pools = new LinkedHashMap<>();

    private final Set<Pool> waiting = new LinkedHashSet<>();
    private final Map<String, Integer> watchers = new HashMap<>();
    private long waitingBytes;

    PoolSequences(Limits limits) {
        this.limits = limits;
    }

    /** Takes a frame of {@code bytes} in. */
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

    /** The frames that are due by time. */
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

    /** One that comes back begins as every pool does when the hub starts. */
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

    /** Somebody watches the pool, and misses nothing of it until {@link #unwatch}. */
    void watch(String pool) {
        watchers.merge(pool, 1, Integer::sum);
    }

    void unwatch(String pool) {
        watchers.computeIfPresent(pool, (name, count) -> count == 1 ? null : count - 1);
    }

    /** The sequence of the last frame of the pool that was released, or -1 if none was. */
    long lastReleased(String pool) {
        Resequencer sequence = of(pool);
        return sequence == null ? -1 : sequence.lastReleased();
    }

    /** The sequence of the first frame of the pool that was released, or -1 if none was. */
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
