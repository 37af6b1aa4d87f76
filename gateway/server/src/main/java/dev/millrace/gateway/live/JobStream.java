package dev.millrace.gateway.live;

import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.platform.work.AsyncLoop;
import dev.millrace.platform.work.Places;
import dev.millrace.platform.work.SaturatedException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One watcher of one job: a cursor in the job's feed. It gets each event after the cursor once and in sequence, until the job's end. A
 * watcher is disconnected if it does not take its events in time, or if the feed has dropped events that the watcher has not received yet;
 * it can resume with the last cursor that it received. If the feed does not hold the first events that a new watcher needs, they are read
 * from the topics for this watcher alone first.
 */
public final class JobStream {
    private static final Logger LOG = LoggerFactory.getLogger(JobStream.class);

    /**
     * Maximum number of events that are sent before the watcher must have taken them; {@link #PAGE_BYTES} limits their size. Until then
     * they are on the heap separately for each watcher.
     */
    private static final int PAGE = 100;

    private static final int PAGE_BYTES = 16 * 1024;

    private static final String TOO_SLOW = "the watcher is too slow; resume with the last cursor";

    /** The transport: a WebSocket or a server-sent event stream. Called on the watcher's context. */
    public interface Transport {
        Future<Void> send(String cursor, String json);

        /** Closes the connection because the job ended. */
        void end();

        /** Closes the connection because the stream cannot continue. The watcher may resume with its last cursor. */
        void cut(String reason);
    }

    /**
     * The parts that all streams of a gateway share.
     *
     * @param workers threads that read the past
     * @param readerMs milliseconds in which a watcher must take a page of events
     * @param catchingUp limits the number of watchers for which the past is read separately; each needs two consumers
     */
    public record Shared(
            Vertx vertx,
            WorkerExecutor workers,
            KafkaSettings kafka,
            JobFeeds feeds,
            Clock clock,
            int readerMs,
            Places catchingUp) {}

    private final Shared shared;
    private final Context context;
    private final Transport transport;
    private final String jobId;
    private final int run;
    private final AtomicBoolean called = new AtomicBoolean();
    private final Runnable watcher = this::call;
    private JobFeeds.@Nullable Watching watching;
    private @Nullable JobFeed feed;
    private long cursor;
    private boolean live;
    private boolean sending;
    private volatile boolean over;

    private JobStream(Shared shared, String jobId, Transport transport, long after, int run) {
        this.jobId = jobId;
        this.shared = shared;
        this.context = shared.vertx().getOrCreateContext();
        this.transport = transport;
        this.cursor = after;
        this.run = run;
    }

    /**
     * Opens a stream; call on the event loop of the watcher's connection.
     *
     * @param after cursor to resume after, 0 for the beginning of the job's last known run
     * @param run number of the run whose end ends the stream; a later run that is known of the job replaces it
     */
    public static JobStream open(Shared shared, KnownJob job, long after, int run, Transport transport) {
        var stream = new JobStream(shared, job.jobId(), transport, after, Math.max(run, job.run()));
        JobFeeds.Watching watching = shared.feeds().watch(job, stream.watcher);
        stream.watching = watching;
        watching.feed()
                .onSuccess(feed -> stream.context.runOnContext(it -> stream.begin(job, feed)))
                .onFailure(failure -> stream.context.runOnContext(it -> stream.cut(
                        failure instanceof SaturatedException
                                ? "too many begin to watch jobs; resume with the last cursor"
                                : "the past of the job cannot be read now")));
        return stream;
    }

    private void begin(KnownJob job, JobFeed it) {
        if (over) {
            it.unwatch(watcher);
            return;
        }
        feed = it;
        cursor = Math.max(cursor, it.runStart());
        boolean knowsRun = run <= it.run();
        if (knowsRun && !(it.next(cursor, run) instanceof JobFeed.Next.Dropped)) {
            goLive();
            return;
        }
        shared.catchingUp()
                .take(() -> context.runOnContext(now -> cut(TOO_SLOW)))
                .ifPresentOrElse(
                        place -> catchUp(job, it, place).onComplete(done -> place.close()),
                        () -> cut("too many watchers are catching up; resume with the last cursor"));
    }

    private Future<Void> catchUp(KnownJob job, JobFeed it, Places.Place place) {
        place.pause();
        return shared.workers()
                .executeBlocking(
                        () -> CatchUp.open(
                                shared.kafka(),
                                job,
                                run,
                                cursor,
                                it::completeAfter,
                                shared.clock().millis()),
                        false)
                .compose(
                        past -> AsyncLoop.whileTrue(() -> nextPage(past, place)).eventually(() -> shared.workers()
                                .executeBlocking(
                                        () -> {
                                            past.close();
                                            return true;
                                        },
                                        false)))
                .onSuccess(done -> context.runOnContext(now -> goLive()))
                .onFailure(failure -> {
                    LOG.atWarn()
                            .addKeyValue("jobId", job.jobId())
                            .addKeyValue("cause", failure)
                            .log("a watcher cannot catch up");
                    context.runOnContext(now -> cut("the past of the job cannot be read now"));
                });
    }

    /** Reads a page on a worker and sends it. While the watcher takes the page, no thread is held. Returns whether to continue. */
    private Future<Boolean> nextPage(CatchUp past, Places.Place place) {
        return shared.workers().executeBlocking(past::next, false).compose(page -> {
            Promise<Boolean> taken = Promise.promise();
            context.runOnContext(it -> {
                List<JobFeed.Event> events =
                        page.frames().stream().map(JobFeed.Event::of).toList();
                place.resume();
                sendAll(events.iterator()).onComplete(sent -> {
                    place.pause();
                    place.moved(events.stream()
                            .mapToLong(event -> event.json().length())
                            .sum());
                    cursor = Math.max(cursor, page.last());
                    if (page.ended()) {
                        finish();
                    }
                    taken.complete(!page.complete() && !over);
                });
            });
            return taken.future();
        });
    }

    private void goLive() {
        live = true;
        pump();
    }

    /** Schedules {@link #pump}. May be called on any thread. A call has no effect while an earlier one is still scheduled. */
    private void call() {
        if (called.compareAndSet(false, true)) {
            context.runOnContext(it -> {
                called.set(false);
                pump();
            });
        }
    }

    private void pump() {
        JobFeed from = feed;
        if (!live || sending || over || from == null) {
            return;
        }
        List<JobFeed.Event> page = new ArrayList<>();
        int bytes = 0;
        JobFeed.Next next = from.next(cursor, run);
        while (next instanceof JobFeed.Next.Some some && page.size() < PAGE && bytes < PAGE_BYTES) {
            page.add(some.event());
            bytes += some.event().json().length();
            cursor = some.event().sequence();
            next = from.next(cursor, run);
        }
        if (page.isEmpty()) {
            stopAt(next);
            return;
        }
        sending = true;
        send(page).onComplete(done -> {
            sending = false;
            if (done.failed()) {
                close();
            } else {
                // Scheduled and not called directly, because otherwise each page would nest one more call.
                context.runOnContext(it -> pump());
            }
        });
    }

    private void stopAt(JobFeed.Next next) {
        if (next instanceof JobFeed.Next.Over) {
            finish();
        } else if (next instanceof JobFeed.Next.Dropped) {
            cut(TOO_SLOW);
        } else if (next instanceof JobFeed.Next.Broken broken) {
            cut(broken.reason());
        }
    }

    private Future<Void> sendAll(Iterator<JobFeed.Event> events) {
        return AsyncLoop.whileTrue(() -> {
            var page = new ArrayList<JobFeed.Event>();
            int bytes = 0;
            while (events.hasNext() && bytes < PAGE_BYTES) {
                page.add(events.next());
                bytes += page.get(page.size() - 1).json().length();
            }
            return page.isEmpty() || over
                    ? Future.succeededFuture(false)
                    : send(page).map(true);
        });
    }

    private Future<Void> send(List<JobFeed.Event> events) {
        Future<Void> last = Future.succeededFuture();
        for (JobFeed.Event event : events) {
            last = over ? last : transport.send(Long.toString(event.sequence()), event.json());
        }
        if (!last.isComplete()) {
            long timer = shared.vertx().setTimer(shared.readerMs(), late -> {
                LOG.atInfo()
                        .addKeyValue("jobId", jobId)
                        .addKeyValue("readerMs", shared.readerMs())
                        .log("a watcher is dropped, it is too slow");
                cut(TOO_SLOW);
            });
            last.onComplete(done -> shared.vertx().cancelTimer(timer));
        }
        return last;
    }

    private void finish() {
        if (!over) {
            close();
            transport.end();
        }
    }

    private void cut(String reason) {
        if (!over) {
            close();
            transport.cut(reason);
        }
    }

    /** Ends the stream, for example when the watcher has disconnected. Call on the watcher's context. */
    public void close() {
        over = true;
        JobFeeds.Watching ended = watching;
        watching = null;
        feed = null;
        if (ended != null) {
            ended.stop();
        }
    }
}
