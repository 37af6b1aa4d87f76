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
 * The results of ended attempts on their way to the store. Owners take turns, and one alone never has all threads. Results that the
 * store cannot take wait where the attempt left them, on the executor's disk and under its lease, while its slot serves others.
 * One waiting result after the other probes the store; when it takes one, all are tried. The spool is full at a number of
 * bytes that wait for a thread or for the store; the executor then takes no work until there is room, so it may exceed them by what runs
 * leaves. Thread-safe.
 */
public final class ResultSpool {
    private static final Logger LOG = LoggerFactory.getLogger(ResultSpool.class);
    private static final long LOOK_MS = 100;

    /** One owner's results that only wait for their turn may take this part of the spool. */
    private static final int OWNERS_PART = 4;

    private static final String REVOKED = "it was revoked";
    private static final String STOPS = "the executor stops and could not store the result";

    /**
     * How much it takes on.
     *
     * @param bytes that wait, at which it is full
     * @param storing results that are stored at once
     * @param storingPerOwner the same, of one owner
     */
    public record Limits(long bytes, int storing, int storingPerOwner) {}

    private static final class Entry {
        final PendingResult pending;
        final long sinceNanos = System.nanoTime();
        final String owner;
        int tries;
        long bytes;

        /** Whether it is tried even if others wait: the store has just taken one of them. */
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
    /** Bytes that wait, by owner; none is 0. */
    private final Map<String, Long> ofOwners = new ConcurrentHashMap<>();

    private final Thread prober;
    private long spooledBytes;
    private boolean full;
    private volatile boolean closed;

    /**
     * @param storing calls {@link PendingResult#seal}, which waits for the artifact service; with as many threads as {@code limits} say
     * @param reporting calls the rest, which waits for Kafka
     * @param onFull called with the reason, for people; {@code onRoom} when there is room again
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
     * Takes charge of a result. Counts it on the calling thread if it has to wait for its turn. Blocks that thread, which is a slot's, while
     * the store is there and the owner's waiting results have their part of the spool: one owner must not fill it for all.
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

    /** One result more than its part is always taken. */
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
            // When others wait the store is away, and one of them asks for all.
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

    /** Returns whether the store took it, or never will. */
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
            // A file of its own that cannot be read says nothing about the store, and must not keep the results of
            // others waiting.
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

    /** After a pause of its own, which holds up nobody. */
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

    /** Returns false when the spool is closed. */
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

    /** Nobody hears of room before the fullness that it ends. */
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

    /** Gives back what waits and lets nothing wait any more: the executor stops. */
    public void close() {
        synchronized (this) {
            closed = true;
        }
        take(Integer.MAX_VALUE).forEach(it -> end(it, () -> it.pending.giveBack(STOPS)));
    }
}
