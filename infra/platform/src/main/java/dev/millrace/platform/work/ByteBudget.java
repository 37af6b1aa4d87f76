package dev.millrace.platform.work;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Memory that several may use together. Who wants a part waits, first come first served, until there is room. Thread-safe; waiting
 * blocks a thread.
 */
public final class ByteBudget {
    private static final int UNIT = 1 << 10;

    private final int units;
    private final Semaphore free;

    /** @param bytes for all together, at most 2 TiB */
    public ByteBudget(long bytes) {
        this.units = units(bytes);
        this.free = new Semaphore(units, true);
    }

    private static int units(long bytes) {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, (bytes + UNIT - 1) / UNIT));
    }

    /** A part that is in use until it is closed; closing it again does nothing. */
    public interface Share extends AutoCloseable {
        @Override
        void close();
    }

    /** Takes {@code bytes}, or all there is where that is less: what is larger than the budget is alone, but gets its turn. */
    public Share take(long bytes) throws InterruptedException {
        int taken = Math.min(units, units(bytes));
        free.acquire(taken);
        var isOpen = new AtomicBoolean(true);
        return () -> {
            if (isOpen.getAndSet(false)) {
                free.release(taken);
            }
        };
    }

    /** Whether somebody waits for a part. */
    public boolean hasWaiting() {
        return free.hasQueuedThreads();
    }

    /** Bytes that nobody uses, roughly. */
    public long freeBytes() {
        return (long) free.availablePermits() * UNIT;
    }
}
