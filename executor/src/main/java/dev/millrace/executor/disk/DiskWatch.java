package dev.millrace.executor.disk;

import dev.millrace.executor.files.AttemptDirectories;
import dev.millrace.executor.process.StopReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures the disk space that running attempts use, in allocated blocks, and reports when one uses too much. One thread measures all
 * attempts in turn and then rests nine times as long as this took, up to some seconds. Therefore a task with very many files is found
 * later, but does not slow down other tasks more. No attempt can block the measurement of others, because each measurement is limited in
 * size and time. When the disk itself is short of space, {@link #relieve} stops the attempt that most likely fills it.
 */
public final class DiskWatch implements Runnable, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DiskWatch.class);
    private static final long SHORTEST_REST_MS = 500;
    private static final int REST_FACTOR = 9;

    /** A fast disk can write some gigabytes in this time. */
    static final long LONGEST_REST_MS = 5_000;

    /** Reading this many descriptors takes some seconds. Browsers and databases have some ten thousand. */
    static final long MAX_DESCRIPTORS = 100_000;

    /** Reading this many mappings takes a second or two. A process has some thousand, and by default at most 65,530. */
    static final long MAX_MAPPINGS = 1_000_000;

    /**
     * Measuring the most files that a task may have takes a tenth of this, because their metadata is in memory while the task writes them.
     */
    private static final long LONGEST_LOOK_S = 60;

    /** An attempt whose measurement takes longer than this counts as one that hides something. */
    private static final long LONG_LOOK_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final DiskCount.Limits limits;
    private final Map<AttemptDirectories, Watched> watched = new ConcurrentHashMap<>();
    private final Thread thread = new Thread(this, "disk-watch");
    private final Map<DiskUnit, DiskRelief> reliefs =
            Map.of(DiskUnit.BYTES, new DiskRelief(), DiskUnit.FILES, new DiskRelief());
    private final AtomicLong numbers = new AtomicLong();

    public DiskWatch(long maxBytes, long maxFiles) {
        this(new DiskCount.Limits(
                maxBytes, maxFiles, MAX_DESCRIPTORS, MAX_MAPPINGS, TimeUnit.SECONDS.toNanos(LONGEST_LOOK_S)));
    }

    public DiskWatch(DiskCount.Limits limits) {
        this.limits = limits;
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /**
     * Measures an attempt from now on.
     *
     * @param pids returns the ids of its processes
     * @param onExcess called at most once, from any thread, with {@link StopReason#OVER_DISK} or {@link StopReason#DISK_SHORT}
     */
    public void watch(AttemptDirectories directories, Supplier<List<Long>> pids, Consumer<StopReason> onExcess) {
        watched.put(directories, new Watched(pids, onExcess, numbers.incrementAndGet()));
    }

    public void forget(AttemptDirectories directories) {
        watched.remove(directories);
    }

    private static final class Watched {
        final Supplier<List<Long>> pids;
        final Consumer<StopReason> onExcess;
        final long number;
        volatile long bytes;
        volatile long files;
        volatile boolean hides;
        volatile @Nullable Long lookedAtSinceNanos;

        Watched(Supplier<List<Long>> pids, Consumer<StopReason> onExcess, long number) {
            this.pids = pids;
            this.onExcess = onExcess;
            this.number = number;
        }

        /** Returns what the last measurement says about the attempt. */
        DiskRelief.Suspect suspect(AttemptDirectories directories, DiskUnit unit, long nowNanos) {
            Long since = lookedAtSinceNanos;
            boolean longLook = since != null && nowNanos - since > LONG_LOOK_NANOS;
            long taken = unit == DiskUnit.BYTES ? bytes : files;
            return new DiskRelief.Suspect(directories, taken, hides || longLook, number);
        }
    }

    /** Returns the limit as text for people to read. */
    public String limit() {
        return (limits.bytes() >> 20) + " MiB or " + limits.files() + " files to its directories, with at most "
                + limits.descriptors() + " descriptors open and " + limits.mappings()
                + " mappings at once, and no more than can be looked at in "
                + TimeUnit.NANOSECONDS.toSeconds(limits.nanos()) + " s";
    }

    // Catches Errors too. If the loop that calls this ended, no disk limit would be enforced any more.
    private void look(AttemptDirectories directories, Watched attempt) {
        try {
            attempt.lookedAtSinceNanos = System.nanoTime();
            DiskCount count = counted(directories.writable(), attempt.pids);
            attempt.bytes = count.bytes();
            attempt.files = count.files();
            attempt.hides = count.hides();
            if (count.isOver() && watched.remove(directories) != null) {
                attempt.onExcess.accept(StopReason.OVER_DISK);
            }
        } catch (Throwable e) {
            LOG.atError().setCause(e).log("the files of an attempt cannot be looked at now");
        } finally {
            attempt.lookedAtSinceNanos = null;
        }
    }

    @Override
    public void run() {
        while (!Thread.currentThread().isInterrupted()) {
            long began = System.nanoTime();
            lookOnce();
            try {
                TimeUnit.MILLISECONDS.sleep(restMs(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    void lookOnce() {
        watched.forEach(this::look);
    }

    /** Returns how long to rest after a round of measurements that took {@code tookMs}. */
    static long restMs(long tookMs) {
        return Math.min(LONGEST_REST_MS, Math.max(SHORTEST_REST_MS, REST_FACTOR * tookMs));
    }

    /**
     * Stops the attempt that most likely fills the disk, by the rules of {@link DiskRelief}. Uses the last measurements and does not wait
     * for a new one. For one thread at a time.
     */
    public void relieve(DiskUnit unit, long free, long worth) {
        DiskRelief relief = Objects.requireNonNull(reliefs.get(unit));
        AttemptDirectories last = relief.last();
        boolean gone = last != null && !Files.exists(last.base(), LinkOption.NOFOLLOW_LINKS);
        long now = System.nanoTime();
        List<DiskRelief.Suspect> suspects = watched.entrySet().stream()
                .map(it -> it.getValue().suspect(it.getKey(), unit, now))
                .toList();
        relief.choose(free, worth, gone, suspects).ifPresent(chosen -> {
            Watched attempt = watched.remove(chosen.directories());
            if (attempt != null) {
                LOG.atWarn()
                        .addKeyValue("directory", chosen.directories().base())
                        .addKeyValue("unit", unit)
                        .addKeyValue("taken", chosen.taken())
                        .addKeyValue("hides", chosen.hides())
                        .addKeyValue("free", free)
                        .log("the disk is nearly full; the task that is most likely to fill it is stopped");
                attempt.onExcess.accept(StopReason.DISK_SHORT);
            }
        });
    }

    /**
     * Returns whether an attempt that has ended has reached its limit. This also finds an attempt that was not measured before it ended.
     */
    public boolean isUsedUp(AttemptDirectories directories) {
        return exceeds(directories.writable(), List::of);
    }

    /** Counts the bytes below {@code directories} on the disk, but not beyond the limit. */
    public long bytesOf(List<Path> directories) {
        var count = new DiskCount(limits);
        count.named(directories);
        return count.bytes();
    }

    /** Measures until a limit is reached, and returns whether one was. */
    boolean exceeds(List<Path> directories, Supplier<List<Long>> pids) {
        return counted(directories, pids).isOver();
    }

    private DiskCount counted(List<Path> directories, Supplier<List<Long>> pids) {
        var count = new DiskCount(limits);
        count.named(directories);
        if (!count.isOver()) {
            Path anywhere = directories.get(0);
            try {
                count.unnamed(pids.get(), Files.getAttribute(anywhere, "unix:dev"));
            } catch (IOException | UncheckedIOException e) {
                LOG.atDebug().addKeyValue("directory", anywhere).log("gone while it was looked at");
            }
        }
        return count;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
