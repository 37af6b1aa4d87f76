package dev.millrace.scheduler.service.dispatcher;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Tracks whether the dispatcher makes decisions: its thread must run, and it must read back the ticks that it writes. The latter works only
 * if Kafka, its transactions and the dispatcher's own reading work. Written by the stream thread, read by any thread.
 */
final class DispatchProgress {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(15);

    /** The time since which a tick is awaited, for each partition whose tick was written and not read back yet. */
    private final Map<Integer, Long> awaitedSinceNanos = new ConcurrentHashMap<>();

    private final Map<Integer, Long> ranNanos = new ConcurrentHashMap<>();

    private final AtomicInteger setAside = new AtomicInteger();

    private volatile String firstSetAside = "";

    /** Records that the stream thread runs and serves this partition. */
    void ran(int partition) {
        ranNanos.put(partition, System.nanoTime());
    }

    /** Records that a tick was written. */
    void tickSent(int partition) {
        awaitedSinceNanos.putIfAbsent(partition, System.nanoTime());
    }

    /** Records that a tick was read back. */
    void tickRead(int partition) {
        awaitedSinceNanos.remove(partition);
    }

    /** Forgets a partition that this instance no longer serves. */
    void handedOver(int partition) {
        awaitedSinceNanos.remove(partition);
        ranNanos.remove(partition);
    }

    /** Records that an entry of the state could not be read and was set aside. */
    void unreadable(String key) {
        if (setAside.getAndIncrement() == 0) {
            firstSetAside = key;
        }
    }

    /** Says how many state entries were set aside since this process started, or null if none were. */
    @Nullable
    String damage() {
        int entries = setAside.get();
        return entries == 0
                ? null
                : entries + " entries of the state cannot be read and were set aside, such as " + firstSetAside;
    }

    /** Returns why the dispatcher makes no decisions, or null while it does. */
    @Nullable
    String trouble() {
        long now = System.nanoTime();
        for (Map.Entry<Integer, Long> ran : ranNanos.entrySet()) {
            if (now - ran.getValue() > LIMIT_NANOS) {
                return "partition " + ran.getKey() + " has not been served for " + seconds(now - ran.getValue());
            }
        }
        for (Map.Entry<Integer, Long> since : awaitedSinceNanos.entrySet()) {
            if (now - since.getValue() > LIMIT_NANOS) {
                return "ticks of partition " + since.getKey() + " have not come back for "
                        + seconds(now - since.getValue());
            }
        }
        return null;
    }

    private static String seconds(long nanos) {
        return TimeUnit.NANOSECONDS.toSeconds(nanos) + " s";
    }
}
