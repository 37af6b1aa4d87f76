package dev.millrace.scheduler.service.dispatcher;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Whether the dispatcher decides: its thread runs, and the ticks that it writes come back, which takes Kafka, its transactions
 * and its own reading. Written by the stream thread, read by any.
 */
final class DispatchProgress {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(15);

    /** Since when a tick of a partition is awaited, for those where one is. */
    private final Map<Integer, Long> awaitedSinceNanos = new ConcurrentHashMap<>();

    private final Map<Integer, Long> ranNanos = new ConcurrentHashMap<>();

    private final AtomicInteger setAside = new AtomicInteger();

    private volatile String firstSetAside = "";

    /** The stream thread runs, and decides for this partition. */
    void ran(int partition) {
        ranNanos.put(partition, System.nanoTime());
    }

    /** A tick was written. */
    void tickSent(int partition) {
        awaitedSinceNanos.putIfAbsent(partition, System.nanoTime());
    }

    /** A tick came back. */
    void tickRead(int partition) {
        awaitedSinceNanos.remove(partition);
    }

    /** The partition goes to another instance. */
    void handedOver(int partition) {
        awaitedSinceNanos.remove(partition);
        ranNanos.remove(partition);
    }

    /** An entry of the state cannot be read and was set aside. */
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

    /** Why it does not decide, or null while it does. */
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
