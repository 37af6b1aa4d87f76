package dev.millrace.gateway.live;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.schemas.codec.Json;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One watcher of one job: the past from its cursor on, then what comes, each frame once and in sequence, until the job's
 * end. A watcher slower than the events is cut off once its backlog is full; it resumes with the last cursor it got.
 */
public final class JobStream {
    private static final Logger LOG = LoggerFactory.getLogger(JobStream.class);

    /** The transport: a WebSocket or a server-sent event stream. Called on the watcher's context. */
    public interface Transport {
        Future<Void> send(String cursor, String json);

        /** The job ended. */
        void end();

        /** The stream cannot go on; the watcher may resume with its last cursor. */
        void cut(String reason);
    }

    /**
     * What all streams of a gateway share.
     *
     * @param workers for reading the past
     * @param maxBacklog frames a watcher may lag behind
     * @param readerMs in which a watcher takes a frame, or a page of its job's past
     * @param catchingUp permits for reading a job's past, which takes two consumers
     */
    public record Shared(
            Vertx vertx,
            WorkerExecutor workers,
            KafkaSettings kafka,
            JobHub hub,
            int maxBacklog,
            int readerMs,
            Semaphore catchingUp) {}

    private final Shared shared;
    private final Context context;
    private final Transport transport;
    private final int run;
    private final Deque<Frame> backlog = new ArrayDeque<>();
    private long last;
    private boolean live;
    private boolean sending;
    private volatile boolean over;
    private Runnable unlisten = () -> {};

    private JobStream(Shared shared, Transport transport, long after, int run) {
        this.shared = shared;
        this.context = shared.vertx().getOrCreateContext();
        this.transport = transport;
        this.last = after;
        this.run = run;
    }

    /**
     * Opens a stream; call on the event loop of the watcher's connection.
     *
     * @param after cursor to resume after, 0 for the beginning of the job's last run known of
     * @param run the run whose end is the stream's, if the job has no later one
     */
    public static JobStream open(Shared shared, JobHub.Known job, long after, int run, Transport transport) {
        var stream = new JobStream(shared, transport, after, Math.max(run, job.run()));
        if (!shared.catchingUp().tryAcquire()) {
            stream.cut("too many watchers are catching up; resume with the last cursor");
            return stream;
        }
        shared.hub()
                .listen(job.jobId(), job.pool(), stream.listener())
                .compose(listening -> {
                    stream.stopListeningBy(listening.stop());
                    return stream.catchUp(job, after, listening.after());
                })
                .onComplete(done -> shared.catchingUp().release())
                .onSuccess(reached -> stream.context.runOnContext(it -> stream.goLive(reached)))
                .onFailure(failure -> {
                    LOG.atWarn()
                            .addKeyValue("jobId", job.jobId())
                            .addKeyValue("cause", failure)
                            .log("a watcher cannot catch up");
                    stream.context.runOnContext(it -> stream.cut("the past of the job cannot be read now"));
                });
        return stream;
    }

    private Future<CatchUp.Page> catchUp(JobHub.Known job, long after, LongSupplier present) {
        return shared.workers()
                .executeBlocking(() -> CatchUp.open(shared.kafka(), job, run, after, present), false)
                .compose(past -> {
                    Promise<CatchUp.Page> complete = Promise.promise();
                    nextPage(past, complete);
                    return complete.future().eventually(() -> shared.workers()
                            .executeBlocking(
                                    () -> {
                                        past.close();
                                        return true;
                                    },
                                    false));
                });
    }

    /** A page is read on a worker; while the watcher takes it, no thread is held. */
    private void nextPage(CatchUp past, Promise<CatchUp.Page> complete) {
        shared.workers()
                .executeBlocking(past::next, false)
                .compose(page -> sendAll(page).map(page))
                .onSuccess(page -> {
                    if (page.complete() || over) {
                        complete.complete(page);
                    } else {
                        nextPage(past, complete);
                    }
                })
                .onFailure(complete::fail);
    }

    private Future<Void> sendAll(CatchUp.Page page) {
        Promise<Void> onContext = Promise.promise();
        context.runOnContext(it -> {
            Future<Void> lastSent = Future.succeededFuture();
            for (Frame frame : page.frames()) {
                lastSent = over ? lastSent : transport.send(Long.toString(frame.sequence()), json(frame));
            }
            inTime(lastSent).onComplete(onContext);
        });
        return onContext.future();
    }

    /** Cuts a watcher off that does not take what it was sent. */
    private Future<Void> inTime(Future<Void> taken) {
        if (!taken.isComplete()) {
            long timer = shared.vertx().setTimer(shared.readerMs(), late -> {
                LOG.atInfo().addKeyValue("readerMs", shared.readerMs()).log("a watcher is dropped, it is too slow");
                cut("the watcher is too slow; resume with the last cursor");
            });
            taken.onComplete(done -> shared.vertx().cancelTimer(timer));
        }
        return taken;
    }

    private void stopListeningBy(Runnable stop) {
        context.runOnContext(it -> {
            unlisten = stop;
            if (over) {
                stop.run();
            }
        });
    }

    private JobHub.Listener listener() {
        return new JobHub.Listener() {
            @Override
            public void frame(Frame frame) {
                context.runOnContext(it -> take(frame));
            }

            @Override
            public void gap() {
                context.runOnContext(it -> cut("events may be missing here; resume with the last cursor"));
            }
        };
    }

    private void goLive(CatchUp.Page reached) {
        if (reached.ended()) {
            finish();
            return;
        }
        last = Math.max(last, reached.last());
        live = true;
        pump();
    }

    private void take(Frame frame) {
        if (over) {
            return;
        }
        if (backlog.size() >= shared.maxBacklog()) {
            cut("the watcher is too slow; resume with the last cursor");
            return;
        }
        backlog.add(frame);
        pump();
    }

    private void pump() {
        if (!live || sending || over) {
            return;
        }
        Frame next = backlog.poll();
        while (next != null && next.sequence() <= last) {
            if (next.ends(run)) {
                finish();
                return;
            }
            next = backlog.poll();
        }
        if (next == null) {
            return;
        }
        Frame frame = next;
        last = frame.sequence();
        sending = true;
        inTime(transport.send(Long.toString(frame.sequence()), json(frame))).onComplete(done -> {
            sending = false;
            if (done.failed()) {
                close();
            } else if (frame.ends(run)) {
                finish();
            } else {
                pump();
            }
        });
    }

    private static String json(Frame frame) {
        ObjectNode node = Json.MAPPER.createObjectNode();
        node.put("cursor", Long.toString(frame.sequence()));
        node.put("type", frame.envelope().type().wireName());
        node.put("id", frame.envelope().id());
        node.put("time", frame.envelope().time().toString());
        node.set("data", Json.MAPPER.valueToTree(frame.envelope().data()));
        return node.toString();
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

    /** The watcher went away. */
    public void close() {
        over = true;
        unlisten.run();
        backlog.clear();
    }
}
