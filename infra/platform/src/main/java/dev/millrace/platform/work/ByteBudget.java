package dev.millrace.platform.work;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An amount of memory that several users share. A user that wants a part of it waits until enough is free; requests are served in the order
 * of their arrival. Thread-safe. Waiting blocks the thread.
 */
public final class ByteBudget {
    private static final int UNIT = 1 << 10;

    private final int units;
    private final Semaphore free;

    /** @param bytes total for all users, at most 2 TiB */
    public ByteBudget(long bytes) {
        this.units = units(bytes);
        this.free = new Semaphore(units, true);
    }

    /** Returns a budget of the maximum heap size divided by {@code parts}. */
    public static ByteBudget ofHeap(int parts) {
        return new ByteBudget(Runtime.getRuntime().maxMemory() / parts);
    }

    private static int units(long bytes) {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, (bytes + UNIT - 1) / UNIT));
    }

    private int part(long bytes) {
        return Math.min(units, units(bytes));
    }

    /** A part of the budget that is in use until it is closed. Closing it again does nothing. */
    public interface Share extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Takes {@code bytes}, and waits until they are free. If {@code bytes} is more than the whole budget, takes the whole budget, so that a
     * very large request can also run, without any other.
     */
    public Share take(long bytes) throws InterruptedException {
        int taken = part(bytes);
        free.acquire(taken);
        return share(taken);
    }

    /** Takes {@code bytes} as {@link #take} does, but without waiting. Returns empty if they are not free or somebody else waits. */
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

    /** An operation that may fail with an {@link IOException}, such as reading and parsing. */
    public interface Work<T> {
        T run() throws IOException;
    }

    /** Waits until {@code bytes} are free, without reacting to interrupts, runs {@code work}, and gives the bytes back. */
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

    /** Returns about how many bytes are free. */
    long freeBytes() {
        return (long) free.availablePermits() * UNIT;
    }
}
