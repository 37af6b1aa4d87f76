package dev.millrace.gateway.live;

import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.platform.work.AsyncBulkhead;
import dev.millrace.platform.work.AsyncLoop;
import dev.millrace.platform.work.SaturatedException;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The feeds of the jobs that somebody watches, or watched recently. For the first watcher of a job, the job's past is read from the topics;
 * new events come from the hub. Later watchers cause no reads from Kafka. The bytes of all feeds together are limited: feeds without
 * watchers are dropped first, then the oldest events of the largest feed. Thread-safe.
 */
public final class JobFeeds {
    private static final Logger LOG = LoggerFactory.getLogger(JobFeeds.class);

    /** When feeds must shrink, this fraction of the limit (one sixteenth) is freed in addition to the bytes that are needed. */
    private static final int SPARE_PART = 16;

    /** How long the past of one job is read before another job has its turn. */
    private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final WorkerExecutor workers;
    private final AsyncBulkhead pasts;
    private final KafkaSettings kafka;
    private final JobHub hub;
    private final Clock clock;
    private final int maxEvents;
    private final long maxBytes;
    private final Map<String, Entry> entries = new HashMap<>();

    /** The entries that nobody watches. The entry whose last watcher left first comes first. */
    private final Map<String, Entry> idle = new LinkedHashMap<>();

    private long bytes;

    private static final class Entry {
        final String jobId;
        final JobFeed feed;
        Future<JobFeed> loaded = Future.failedFuture("not begun");
        Runnable stop = () -> {};
        int watchers;
        long accounted;
        boolean gone;

        Entry(String jobId, JobFeed feed) {
            this.jobId = jobId;
            this.feed = feed;
        }
    }

    /** One watcher of a feed. */
    final class Watching {
        private final Entry entry;
        private final Runnable watcher;
        private boolean over;

        private Watching(Entry entry, Runnable watcher) {
            this.entry = entry;
            this.watcher = watcher;
        }

        /** Returns the feed once it holds the job's past. The watcher is called from then on. */
        Future<JobFeed> feed() {
            return entry.loaded.map(feed -> {
                feed.watch(watcher);
                return feed;
            });
        }

        /** Stops watching. If nobody waits for the job's past any more, it is not read to its end. */
        void stop() {
            entry.feed.unwatch(watcher);
            synchronized (JobFeeds.this) {
                if (!over) {
                    over = true;
                    leave(entry);
                }
            }
        }
    }

    /**
     * @param workers threads that read the past of jobs
     * @param pasts limits for how many jobs the past is being read at the same time; each past needs two consumers
     * @param maxEvents maximum number of events that one feed holds
     * @param maxBytes heap bytes for all feeds together
     */
    public JobFeeds(
            WorkerExecutor workers,
            AsyncBulkhead pasts,
            KafkaSettings kafka,
            JobHub hub,
            Clock clock,
            int maxEvents,
            long maxBytes) {
        this.workers = workers;
        this.pasts = pasts;
        this.kafka = kafka;
        this.hub = hub;
        this.clock = clock;
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
    }

    /**
     * Starts to watch a job's feed. If there is no feed yet, the job's past is read. This fails with {@code SaturatedException} if too many
     * pasts are being read or wait to be read.
     *
     * @param watcher is called, on any thread, whenever there may be something new; it must not block
     */
    Watching watch(KnownJob job, Runnable watcher) {
        return new Watching(enter(job), watcher);
    }

    private synchronized Entry enter(KnownJob job) {
        Entry known = entries.get(job.jobId());
        // A feed that was filled before the job's last run began may lack the beginning of that run.
        if (known != null && known.feed.run() < job.run()) {
            forget(known);
            known.feed.breakOff("the job runs again; resume with the last cursor");
            known = null;
        }
        Entry entry = known == null ? begin(job) : known;
        entry.watchers++;
        idle.remove(job.jobId());
        return entry;
    }

    private synchronized void leave(Entry entry) {
        entry.watchers--;
        if (entry.watchers == 0 && !entry.gone) {
            if (entry.loaded.isComplete()) {
                idle.put(entry.jobId, entry);
            } else {
                forget(entry);
            }
        }
    }

    private Entry begin(KnownJob job) {
        var entry = new Entry(job.jobId(), new JobFeed(job.run(), maxEvents));
        entries.put(job.jobId(), entry);
        account(entry, JobFeed.FIXED_BYTES);
        makeRoom(entry);
        entry.loaded = hub.listen(job.jobId(), job.pool(), listener(entry))
                .compose(listening -> {
                    stopBy(entry, listening.stop());
                    return readPast(job, entry, listening);
                })
                .map(entry.feed)
                .onFailure(failure -> {
                    if (!(failure instanceof SaturatedException) && !isGone(entry)) {
                        LOG.atWarn()
                                .addKeyValue("jobId", job.jobId())
                                .addKeyValue("cause", failure)
                                .log("the past of a job cannot be read");
                    }
                    drop(entry);
                });
        return entry;
    }

    private void stopBy(Entry entry, Runnable stop) {
        boolean gone;
        synchronized (this) {
            entry.stop = stop;
            gone = entry.gone;
        }
        if (gone) {
            stop.run();
        }
    }

    private Future<Void> readPast(KnownJob job, Entry entry, JobHub.Listening listening) {
        LongSupplier present = () -> {
            long sequence = listening.after().getAsLong();
            entry.feed.liveAfter(sequence);
            return sequence;
        };
        return turn(job, entry, () -> CatchUp.open(kafka, job, job.run(), 0, present, clock.millis()))
                .compose(past -> AsyncLoop.whileTrue(() -> turn(job, entry, () -> readSome(past, entry)))
                        .eventually(() -> workers.executeBlocking(
                                () -> {
                                    past.close();
                                    return true;
                                },
                                false)));
    }

    /**
     * Runs {@code work} in one turn of reading the job's past. A long past takes several turns, and other jobs have their turns in between.
     * Jobs that have ended and jobs that run take turns as groups, so many watched jobs that have ended do not delay those that run.
     */
    private <T> Future<T> turn(KnownJob job, Entry entry, Callable<T> work) {
        return pasts.call(
                job.phase().name(),
                () -> isGone(entry)
                        ? Future.failedFuture(new IOException("nobody waits for the past any more"))
                        : workers.executeBlocking(work, false));
    }

    /** Reads for one turn and returns whether there is more to read. */
    private boolean readSome(CatchUp past, Entry entry) {
        long until = System.nanoTime() + TURN_NANOS;
        boolean isComplete = false;
        while (!isComplete && !isGone(entry) && System.nanoTime() < until) {
            CatchUp.Page page = past.next();
            page.frames().forEach(frame -> add(entry, frame));
            isComplete = page.complete();
        }
        return !isComplete;
    }

    private synchronized boolean isGone(Entry entry) {
        return entry.gone;
    }

    private JobHub.Listener listener(Entry entry) {
        return new JobHub.Listener() {
            @Override
            public void frame(Frame frame) {
                add(entry, frame);
            }

            @Override
            public void gap() {
                drop(entry);
                entry.feed.breakOff("events may be missing here; resume with the last cursor");
            }
        };
    }

    private void add(Entry entry, Frame frame) {
        entry.feed.add(frame);
        synchronized (this) {
            if (!entry.gone) {
                account(entry, entry.feed.bytes());
                makeRoom(entry);
            }
        }
    }

    private void account(Entry entry, long taken) {
        bytes += taken - entry.accounted;
        entry.accounted = taken;
    }

    private void makeRoom(Entry grown) {
        Iterator<Entry> oldest = idle.values().iterator();
        while (bytes > maxBytes && oldest.hasNext()) {
            Entry entry = oldest.next();
            if (entry != grown) {
                oldest.remove();
                forget(entry);
            }
        }
        // The largest feed drops events, because its watchers most likely have received them already. It drops more
        // than needed, so that not every new event has to search for the largest feed again.
        for (long before = Long.MAX_VALUE; bytes > maxBytes && bytes < before; ) {
            before = bytes;
            Entry largest = entries.values().stream()
                    .max(Comparator.comparingLong(entry -> entry.accounted))
                    .orElse(grown);
            account(largest, largest.feed.shrink(bytes - maxBytes + maxBytes / SPARE_PART));
        }
    }

    private synchronized void drop(Entry entry) {
        if (!entry.gone) {
            forget(entry);
        }
    }

    private void forget(Entry entry) {
        entries.remove(entry.jobId, entry);
        idle.remove(entry.jobId, entry);
        entry.gone = true;
        account(entry, 0);
        entry.stop.run();
    }

    /** Returns the heap bytes of all feeds, as the feeds estimate them. */
    synchronized long bytes() {
        return bytes;
    }
}
