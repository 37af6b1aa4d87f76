package dev.millrace.gateway.live;

import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.platform.work.AsyncLoop;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The feeds of the jobs that somebody watches, or watched a moment ago. A job's past is read from the topics for the first watcher, and
 * what comes is added from the hub; later watchers cost Kafka nothing. All feeds together have a limit of bytes: those without watchers
 * go first, then the oldest events of the feed that grows. Thread-safe.
 */
public final class JobFeeds {
    private static final Logger LOG = LoggerFactory.getLogger(JobFeeds.class);

    private final WorkerExecutor workers;
    private final KafkaSettings kafka;
    private final JobHub hub;
    private final int maxEvents;
    private final long maxBytes;
    private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    private static final class Entry {
        final JobFeed feed;
        Future<JobFeed> loaded = Future.failedFuture("not begun");
        Runnable stop = () -> {};
        int opening;
        long accounted;
        boolean gone;

        Entry(JobFeed feed) {
            this.feed = feed;
        }
    }

    /**
     * @param workers for reading a job's past
     * @param maxEvents that one feed holds
     * @param maxBytes of the heap for all feeds
     */
    public JobFeeds(WorkerExecutor workers, KafkaSettings kafka, JobHub hub, int maxEvents, long maxBytes) {
        this.workers = workers;
        this.kafka = kafka;
        this.hub = hub;
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
    }

    /** The job's feed once it has the past; {@code watcher} is called from then on, until {@link JobFeed#unwatch}. */
    Future<JobFeed> watch(JobHub.Known job, Runnable watcher) {
        Entry entry;
        synchronized (this) {
            Entry known = entries.get(job.jobId());
            // A feed that was read before the job's last run began may lack the beginning of that.
            if (known != null && known.feed.run() < job.run()) {
                remove(job.jobId(), known);
                known = null;
            }
            entry = known == null ? begin(job) : known;
            entry.opening++;
        }
        return entry.loaded.onSuccess(feed -> feed.watch(watcher)).onComplete(done -> opened(entry));
    }

    private synchronized void opened(Entry entry) {
        entry.opening--;
    }

    private Entry begin(JobHub.Known job) {
        var entry = new Entry(new JobFeed(job.run(), maxEvents));
        entries.put(job.jobId(), entry);
        account(entry, JobFeed.FIXED_BYTES);
        makeRoom(entry);
        entry.loaded = hub.listen(job.jobId(), job.pool(), listener(job.jobId(), entry))
                .compose(listening -> {
                    stopBy(entry, listening.stop());
                    return readPast(job, entry, listening);
                })
                .map(entry.feed)
                .onFailure(failure -> {
                    LOG.atWarn()
                            .addKeyValue("jobId", job.jobId())
                            .addKeyValue("cause", failure)
                            .log("the past of a job cannot be read");
                    drop(job.jobId(), entry);
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

    private Future<Void> readPast(JobHub.Known job, Entry entry, JobHub.Listening listening) {
        LongSupplier present = () -> {
            long sequence = listening.after().getAsLong();
            entry.feed.liveAfter(sequence);
            return sequence;
        };
        return workers.executeBlocking(() -> CatchUp.open(kafka, job, job.run(), 0, present), false)
                .compose(past -> AsyncLoop.whileTrue(
                                () -> workers.executeBlocking(past::next, false).map(page -> {
                                    page.frames().forEach(frame -> add(entry, frame));
                                    return !page.complete() && !isGone(entry);
                                }))
                        .eventually(() -> workers.executeBlocking(
                                () -> {
                                    past.close();
                                    return true;
                                },
                                false)));
    }

    private synchronized boolean isGone(Entry entry) {
        return entry.gone;
    }

    private JobHub.Listener listener(String jobId, Entry entry) {
        return new JobHub.Listener() {
            @Override
            public void frame(Frame frame) {
                add(entry, frame);
            }

            @Override
            public void gap() {
                drop(jobId, entry);
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
        Iterator<Map.Entry<String, Entry>> oldest = entries.entrySet().iterator();
        while (bytes > maxBytes && oldest.hasNext()) {
            Entry entry = oldest.next().getValue();
            if (entry != grown && entry.opening == 0 && !entry.feed.isWatched()) {
                oldest.remove();
                forget(entry);
            }
        }
        if (bytes > maxBytes) {
            account(grown, grown.feed.shrink(bytes - maxBytes));
        }
    }

    private synchronized void drop(String jobId, Entry entry) {
        remove(jobId, entry);
    }

    private void remove(String jobId, Entry entry) {
        if (entries.remove(jobId, entry)) {
            forget(entry);
        }
    }

    private void forget(Entry entry) {
        entry.gone = true;
        account(entry, 0);
        entry.stop.run();
    }

    /** What all feeds take, by their own account. */
    synchronized long bytes() {
        return bytes;
    }
}
