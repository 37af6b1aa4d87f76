package dev.millrace.executor.attempt;

import dev.millrace.platform.work.FairExecutor;
import dev.millrace.platform.work.WorkQueue;
import dev.millrace.schemas.event.AttemptResult;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the results of ended attempts to the store. Owners take turns, and a single owner never uses all threads. If the store cannot take
 * a result, the result waits on the executor's disk, where the attempt left it, and under its lease, while the slot runs other tasks. The
 * waiting results probe the store one after the other. When the store takes one, all are tried. The spool is full when the results that
 * wait for a thread or for the store reach a number of bytes. The executor then takes no work until there is space again, so only the
 * results of attempts that run already can exceed this number. Thread-safe.
 */
public final class ResultSpool {
    private static final Logger LOG = LoggerFactory.getLogger(ResultSpool.class);
    private static final long LOOK_MS = 100;

    /** The results of one owner that only wait for their turn may use 1/{@value} of the spool. */
    private static final int OWNERS_PART = 4;

    private static final String REVOKED = "it was revoked";
    private static final String STOPS = "the executor stops and could not store the result";

    /**
     * The limits of the spool.
     *
     * @param bytes how many waiting bytes make the spool full
     * @param storing how many results are stored at the same time
     * @param storingPerOwner the same for one owner
     */
    public record Limits(long bytes, int storing, int storingPerOwner) {}

    private static final class Entry {
        final PendingResult pending;
        final long sinceNanos = System.nanoTime();
        final String owner;
        int tries;
        long bytes;

        /** Whether this result is tried even if others wait, because the store has just taken a waiting result. */
        boolean certain;

        Entry(PendingResult pending) {
            this.pending = pending;
            this.owner = pending.owner();
        }

        long waitedMs() {
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos);
        }
    }

    private final StorePatience patience;
    private final long maxBytes;
    private final WorkQueue<Entry> turns;
    private final Executor storing;
    private final FairExecutor reporting;
    private final Consumer<String> onFull;
    private final Runnable onRoom;
    private final Deque<Entry> waiting = new ArrayDeque<>();
    private final Object room = new Object();
    /** Waiting bytes by owner. An owner without waiting bytes has no entry. */
    private final Map<String, Long> ofOwners = new ConcurrentHashMap<>();

    private final Thread prober;
    private long spooledBytes;
    private boolean full;
    private volatile boolean closed;

    /**
     * @param storing calls {@link PendingResult#seal}, which waits for the artifact service; it has as many threads as {@code limits} allow
     * @param reporting calls {@link PendingResult#finish} and {@link PendingResult#giveBack}, which wait for Kafka
     * @param onFull called with a reason for people to read when the spool is full; {@code onRoom} is called when it has space again
     */
    public ResultSpool(
            StorePatience patience,
            Limits limits,
            Executor storing,
            FairExecutor reporting,
            Consumer<String> onFull,
            Runnable onRoom) {
        this.patience = patience;
        this.maxBytes = limits.bytes();
        this.turns = new WorkQueue<>(limits.storing(), limits.storingPerOwner());
        this.storing = storing;
        this.reporting = reporting;
        this.onFull = onFull;
        this.onRoom = onRoom;
        this.prober = new Thread(this::probe, "result-spool");
        prober.setDaemon(true);
    }

    public void start() {
        prober.start();
    }

    /**
     * Adds a result. If it has to wait for its turn, its bytes are counted on the calling thread. Blocks this thread, which is a slot's,
     * while the store is reachable and the owner's waiting results use their full part of the spool, because one owner must not fill the
     * spool for all.
     */
    void add(PendingResult pending) {
        var entry = new Entry(pending);
        if (!hasRoom(entry.owner)) {
            long bytes = Math.max(1, pending.bytes());
            awaitPart(entry, bytes);
            if (!hasRoom(entry.owner)) {
                count(entry, bytes);
            }
        }
        synchronized (this) {
            turns.add(entry.owner, entry);
        }
        startNext();
    }

    private synchronized void awaitPart(Entry entry, long bytes) {
        try {
            while (hasPart(entry, bytes)) {
                wait(LOOK_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Returns whether the owner's waiting results use their full part of the spool, so that this result must not be added yet. If the owner
     * has none waiting, a result is always added, however large it is.
     */
    private boolean hasPart(Entry entry, long bytes) {
        long its = ofOwners.getOrDefault(entry.owner, 0L);
        return its > 0
                && its + bytes > maxBytes / OWNERS_PART
                && !closed
                && waiting.isEmpty()
                && !turns.hasRoom(entry.owner)
                && !entry.pending.isRevoked();
    }

    private synchronized boolean hasRoom(String owner) {
        return waiting.isEmpty() && turns.hasRoom(owner);
    }

    private void startNext() {
        for (Optional<Entry> next = nextTurn(); next.isPresent(); next = nextTurn()) {
            Entry entry = next.get();
            on(storing, () -> store(entry));
        }
    }

    private synchronized Optional<Entry> nextTurn() {
        return turns.start();
    }

    private void store(Entry entry) {
        try {
            // If other results wait, the store is unreachable, and one of them probes it for all.
            if (entry.certain || size() == 0 || !enqueue(entry)) {
                attempt(entry);
            }
        } finally {
            synchronized (this) {
                turns.ended(entry.owner);
            }
            startNext();
        }
    }

    private static void on(Executor executor, Runnable work) {
        try {
            executor.execute(work);
        } catch (RejectedExecutionException e) {
            lost();
        }
    }

    private static void lost() {
        LOG.atDebug().log("the executor has stopped; the lease of a result expires");
    }

    /** Number of results that wait for the store. */
    public synchronized int size() {
        return waiting.size();
    }

    /** Tries to store a result. Returns false if the result waits for the store now, otherwise true. */
    @SuppressWarnings("try") // The ids are for log lines.
    private boolean attempt(Entry entry) {
        try (var ids = entry.pending.log()) {
            return attemptLogged(entry);
        }
    }

    private boolean attemptLogged(Entry entry) {
        PendingResult pending = entry.pending;
        if (pending.isRevoked()) {
            end(entry, () -> pending.giveBack(REVOKED));
            return true;
        }
        try {
            AttemptResult result = pending.seal();
            end(entry, () -> pending.finish(result));
            return true;
        } catch (IOException e) {
            if (pending.isRevoked()) {
                end(entry, () -> pending.giveBack(REVOKED));
                return true;
            }
            entry.tries++;
            // If a file of this attempt cannot be read, this says nothing about the store, and must not make the
            // results of other attempts wait.
            boolean isItsOwn = e instanceof FileSystemException;
            if (isItsOwn && !closed && patience.lasts(e, entry.tries, entry.waitedMs())) {
                tryLater(entry);
                return true;
            }
            if (!isItsOwn && patience.lasts(e, entry.tries, entry.waitedMs()) && enqueue(entry)) {
                LOG.atWarn()
                        .addKeyValue("cause", e)
                        .addKeyValue("try", entry.tries)
                        .log("the result of an attempt waits for the artifact service");
                return false;
            }
            end(entry, closed ? () -> pending.giveBack(STOPS) : () -> pending.finish(unstored(entry, e)));
            return true;
        } catch (RuntimeException | Error e) {
            LOG.atError().setCause(e).log("the result of an attempt could not be put together");
            end(entry, () -> pending.finish(pending.unstored("the result could not be put together: " + e)));
            return true;
        }
    }

    /** Tries a result again after a pause, which does not delay other results. */
    private void tryLater(Entry entry) {
        if (entry.bytes == 0) {
            count(entry, Math.max(1, entry.pending.bytes()));
        }
        CompletableFuture.delayedExecutor(StorePatience.pauseMs(entry.tries), TimeUnit.MILLISECONDS)
                .execute(() -> {
                    if (closed) {
                        end(entry, () -> entry.pending.giveBack(STOPS));
                        return;
                    }
                    synchronized (this) {
                        turns.add(entry.owner, entry);
                    }
                    startNext();
                });
    }

    private static AttemptResult unstored(Entry entry, IOException last) {
        return entry.pending.unstored("logs and artifacts could not be stored in " + entry.tries + " tries over "
                + entry.waitedMs() + " ms: " + last);
    }

    private void end(Entry entry, Runnable report) {
        Runnable work = () -> {
            report.run();
            if (entry.bytes > 0) {
                account(entry, -entry.bytes);
            }
        };
        reporting.execute(entry.owner, work, ResultSpool::lost);
    }

    private void count(Entry entry, long bytes) {
        entry.bytes = bytes;
        account(entry, bytes);
    }

    /** Adds a result to those that wait for the store. Returns false if the spool is closed. */
    private boolean enqueue(Entry entry) {
        if (entry.bytes == 0) {
            count(entry, Math.max(1, entry.pending.bytes()));
        }
        entry.certain = false;
        synchronized (this) {
            if (!closed) {
                waiting.addLast(entry);
            }
            return !closed;
        }
    }

    /**
     * Changes the number of waiting bytes and calls {@code onFull} or {@code onRoom} if necessary. The calls are made under a lock, so that
     * they never come in the wrong order.
     */
    private void account(Entry entry, long bytes) {
        ofOwners.merge(entry.owner, bytes, (before, more) -> before + more == 0 ? null : before + more);
        synchronized (room) {
            spooledBytes += bytes;
            if (full == (spooledBytes >= maxBytes)) {
                return;
            }
            full = !full;
            if (full) {
                onFull.accept("results wait to be stored: " + (spooledBytes >> 20) + " MiB, executor.maxSpoolBytes is "
                        + (maxBytes >> 20) + " MiB");
            } else {
                onRoom.run();
            }
        }
    }

    private void probe() {
        int failures = 0;
        while (!closed) {
            giveBackRevoked();
            List<Entry> first = take(1);
            if (first.isEmpty()) {
                failures = 0;
                pause(LOOK_MS);
            } else if (attempt(first.get(0))) {
                failures = 0;
                synchronized (this) {
                    take(Integer.MAX_VALUE).forEach(it -> {
                        it.certain = true;
                        turns.add(it.owner, it);
                    });
                }
                startNext();
            } else {
                failures++;
                long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(StorePatience.pauseMs(failures));
                while (!closed && System.nanoTime() - until < 0) {
                    giveBackRevoked();
                    pause(LOOK_MS);
                }
            }
        }
    }

    private void giveBackRevoked() {
        var revoked = new ArrayList<Entry>();
        synchronized (this) {
            waiting.stream().filter(it -> it.pending.isRevoked()).forEach(revoked::add);
            waiting.removeAll(revoked);
            revoked.addAll(turns.remove(it -> it.pending.isRevoked()));
        }
        revoked.forEach(it -> end(it, () -> it.pending.giveBack(REVOKED)));
    }

    private synchronized List<Entry> take(int most) {
        var taken = new ArrayList<Entry>();
        while (taken.size() < most && !waiting.isEmpty()) {
            taken.add(waiting.removeFirst());
        }
        return taken;
    }

    private static void pause(long ms) {
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Gives back all waiting results, because the executor stops. From then on no result waits for the store. */
    public void close() {
        synchronized (this) {
            closed = true;
        }
        take(Integer.MAX_VALUE).forEach(it -> end(it, () -> it.pending.giveBack(STOPS)));
    }
}
