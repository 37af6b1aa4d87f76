package dev.millrace.platform.work;

import java.io.IOException;
import java.util.Optional;
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

    /** One of so many equal parts of the heap. */
    public static ByteBudget ofHeap(int parts) {
        return new ByteBudget(Runtime.getRuntime().maxMemory() / parts);
    }

    private static int units(long bytes) {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, (bytes + UNIT - 1) / UNIT));
    }

    private int part(long bytes) {
        return Math.min(units, units(bytes));
    }

    /** A part that is in use until it is closed; closing it again does nothing. */
    public interface Share extends AutoCloseable {
        @Override
        void close();
    }

    /** Takes {@code bytes}, or all there is where that is less: what is larger than the budget is alone, but gets its turn. */
    public Share take(long bytes) throws InterruptedException {
        int taken = part(bytes);
        free.acquire(taken);
        return share(taken);
    }

    /** Takes {@code bytes} as {@link #take} does if they are free and nobody waits for any. */
    public Optional<Share> tryTake(long bytes) {
        int taken = part(bytes);
        return !free.hasQueuedThreads() && free.tryAcquire(taken) ? Optional.of(share(taken)) : Optional.empty();
    }

    private Share share(int taken) {
        var isOpen = new AtomicBoolean(true);
        return () -> {
            if (isOpen.getAndSet(false)) {
                free.release(taken);
            }
        };
    }

    /** An operation that fails as reading and parsing do. */
    public interface Work<T> {
        T run() throws IOException;
    }

    /** Does work that takes {@code bytes}, once there is room for it. */
    public <T> T with(long bytes, Work<T> work) throws IOException {
        int taken = part(bytes);
        free.acquireUninterruptibly(taken);
        try {
            return work.run();
        } finally {
            free.release(taken);
        }
    }

    /** Whether somebody waits for a part. */
    boolean hasWaiting() {
        return free.hasQueuedThreads();
    }

    /** Bytes that nobody uses, roughly. */
    long freeBytes() {
        return (long) free.availablePermits() * UNIT;
    }
}
