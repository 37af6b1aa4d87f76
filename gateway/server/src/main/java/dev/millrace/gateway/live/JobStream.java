package dev.millrace.gateway.live;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.schemas.codec.Json;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One watcher of one job: the past from its cursor on, then what comes, each frame once and in sequence, until the job's
 * end. A watcher slower than the events is cut off once its backlog is full; it resumes with the last cursor it got.
 */
public final class JobStream {
    private static final Logger LOG = LoggerFactory.getLogger(JobStream.class);
    private static final long WRITE_TIMEOUT_S = 30;

    /** The transport: a WebSocket or a server-sent event stream. Called on the watcher's context. */
    public interface Transport {
        Future<Void> send(String cursor, String json);

        /** The job ended. */
        void end();

        /** The stream cannot go on; the watcher may resume with its last cursor. */
        void cut(String reason);
    }

    private final Context context;
    private final Transport transport;
    private final int maxBacklog;
    private final int run;
    private final Deque<Frame> backlog = new ArrayDeque<>();
    private long last;
    private boolean live;
    private boolean sending;
    private volatile boolean over;
    private Runnable unlisten = () -> {};

    private JobStream(Context context, Transport transport, int maxBacklog, long after, int run) {
        this.context = context;
        this.transport = transport;
        this.maxBacklog = maxBacklog;
        this.last = after;
        this.run = run;
    }

    /**
     * Opens a stream; call on the event loop of the watcher's connection.
     *
     * @param after cursor to resume after, 0 for the beginning of the job's last run known of
     * @param run the run whose end is the stream's, if the job has no later one
     */
    public static JobStream open(
            Vertx vertx,
            WorkerExecutor workers,
            KafkaSettings kafka,
            JobHub hub,
            JobHub.Known job,
            long after,
            int run,
            int maxBacklog,
            Transport transport) {
        int lastRun = Math.max(run, job.run());
        var stream = new JobStream(vertx.getOrCreateContext(), transport, maxBacklog, after, lastRun);
        hub.listen(job.jobId(), job.pool(), stream.listener())
                .compose(listening -> {
                    stream.stopListeningBy(listening.stop());
                    return workers.executeBlocking(
                            () -> new CatchUp(kafka).read(job, lastRun, after, listening.after(), stream.past()),
                            false);
                })
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

    private CatchUp.Sink past() {
        return new CatchUp.Sink() {
            @Override
            public void accept(Frame frame) throws Exception {
                sendAndWait(frame);
            }

            @Override
            public boolean isOver() {
                return over;
            }
        };
    }

    private void sendAndWait(Frame frame) throws Exception {
        var sent = new java.util.concurrent.CompletableFuture<Void>();
        context.runOnContext(it -> transport
                .send(Long.toString(frame.sequence()), json(frame))
                .onComplete(done -> sent.complete(null), sent::completeExceptionally));
        sent.get(WRITE_TIMEOUT_S, TimeUnit.SECONDS);
    }

    private void goLive(CatchUp.Reached reached) {
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
        if (backlog.size() >= maxBacklog) {
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
        transport.send(Long.toString(frame.sequence()), json(frame)).onComplete(done -> {
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
