package dev.millrace.gateway.api;

import dev.millrace.gateway.live.JobHub;
import dev.millrace.gateway.live.JobStream;
import dev.millrace.gateway.live.KnownJob;
import dev.millrace.platform.http.HttpService;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The live events of a job, over WebSocket or as server-sent events. */
public final class EventsApi {
    /** WebSocket close code that asks the client to connect again with its last cursor. */
    private static final short TRY_AGAIN = 1013;

    /**
     * Interval of pings and keep-alive comments. If a gateway sends nothing for three times this long, the command-line client treats it as
     * gone.
     */
    private static final long KEEP_ALIVE_MS = 10_000;

    /**
     * Number of pings in a row that a client may leave unanswered. A client that reads slowly answers late, and a paused client does not
     * answer until it continues.
     */
    private static final int MAX_UNANSWERED_PINGS = 12;

    private static final Buffer PING = Buffer.buffer("still here");

    private final HttpService http;
    private final JobStream.Shared shared;
    private final JobHub hub;
    private final JobLookup jobs;

    public EventsApi(HttpService http, JobStream.Shared shared, JobHub hub, JobLookup jobs) {
        this.http = http;
        this.shared = shared;
        this.hub = hub;
        this.jobs = jobs;
    }

    void events(RoutingContext context) {
        String jobId = Answers.jobId(context);
        long after = cursor(context);
        int run = Answers.number(context, "run", 0, 0, Integer.MAX_VALUE);
        String accept = String.valueOf(context.request().getHeader("Accept"));
        boolean webSocket = "websocket".equalsIgnoreCase(context.request().getHeader("Upgrade"));
        if (!webSocket && !accept.contains("text/event-stream")) {
            throw new HttpProblemException(
                    ProblemKind.NOT_ACCEPTABLE, "connect with a WebSocket, or accept text/event-stream");
        }
        context.request().pause();
        known(jobId)
                .compose(job -> webSocket ? openWebSocket(context, job, after, run) : openSse(context, job, after, run))
                .onFailure(failure -> {
                    context.request().resume();
                    context.fail(failure);
                });
    }

    private Future<KnownJob> known(String jobId) {
        var known = hub.known(jobId);
        if (known.isPresent()) {
            return Future.succeededFuture(known.get());
        }
        return jobs.find(jobId)
                .map(job -> new KnownJob(
                        job.id(),
                        job.pool(),
                        job.owner(),
                        job.name(),
                        job.project(),
                        job.priority(),
                        job.submittedAtMs(),
                        String.valueOf(job.specDigest()),
                        job.run(),
                        job.reopenedAtMs(),
                        job.finished() ? KnownJob.Phase.ENDED : KnownJob.Phase.BEGUN));
    }

    private static long cursor(RoutingContext context) {
        @Nullable String text = context.request().getParam("cursor");
        if (text == null) {
            text = context.request().getHeader("Last-Event-ID");
        }
        if (text == null || text.isEmpty()) {
            return 0;
        }
        try {
            long cursor = Long.parseLong(text);
            if (cursor >= 0) {
                return cursor;
            }
        } catch (NumberFormatException e) {
            // Not a number: gets the same error as a negative number.
        }
        throw new HttpProblemException(ProblemKind.BAD_PARAMETER, "'cursor' is not one that this API gave out");
    }

    private Future<Void> openWebSocket(RoutingContext context, KnownJob job, long after, int run) {
        return http.upgrade(context.request(), socket -> {
            var stream = open(job, after, run, new WebSocketTransport(socket));
            socket.exceptionHandler(failure -> stream.close());
            Runnable stopPings = ping(socket);
            return () -> {
                stopPings.run();
                stream.close();
            };
        });
    }

    /** Keeps the socket of a quiet job open, and closes one whose client has vanished. Returns an action that stops the pings. */
    private Runnable ping(ServerWebSocket socket) {
        var unanswered = new AtomicInteger();
        socket.pongHandler(pong -> unanswered.set(0));
        var vertx = shared.vertx();
        long timer = vertx.setPeriodic(KEEP_ALIVE_MS, it -> {
            if (unanswered.getAndIncrement() == MAX_UNANSWERED_PINGS) {
                socket.close(TRY_AGAIN, "no answer to pings").onFailure(failure -> {});
            } else {
                socket.writePing(PING).onFailure(failure -> {});
            }
        });
        return () -> vertx.cancelTimer(timer);
    }

    private record WebSocketTransport(ServerWebSocket socket) implements JobStream.Transport {
        @Override
        public Future<Void> send(String cursor, String json) {
            return socket.isClosed() ? Future.failedFuture("closed") : socket.writeTextMessage(json);
        }

        @Override
        public void end() {
            socket.close((short) 1000, "the job ended").onFailure(failure -> {});
        }

        @Override
        public void cut(String reason) {
            socket.close(TRY_AGAIN, reason).onFailure(failure -> {});
        }
    }

    private Future<Void> openSse(RoutingContext context, KnownJob job, long after, int run) {
        HttpServerResponse response = context.response();
        if (response.closed()) {
            // If the response is closed already, its close handler would never be called.
            return Future.succeededFuture();
        }
        response.setChunked(true).putHeader("Content-Type", "text/event-stream").putHeader("Cache-Control", "no-store");
        context.request().resume();
        // The head of the response is sent with the first write. Without this write, a client of a quiet job would wait
        // for the head and believe that the gateway is down.
        response.write(": connected\n\n").onFailure(failure -> {});
        var stream = open(job, after, run, new SseTransport(response));
        var vertx = shared.vertx();
        long keepAlive = vertx.setPeriodic(KEEP_ALIVE_MS, timer -> {
            if (response.ended() || response.closed()) {
                vertx.cancelTimer(timer);
                stream.close();
            } else {
                response.write(": still here\n\n").onFailure(failure -> stream.close());
            }
        });
        response.closeHandler(closed -> {
            vertx.cancelTimer(keepAlive);
            stream.close();
        });
        response.endHandler(ended -> vertx.cancelTimer(keepAlive));
        return Future.succeededFuture();
    }

    private record SseTransport(HttpServerResponse response) implements JobStream.Transport {
        @Override
        public Future<Void> send(String cursor, String json) {
            return response.closed() || response.ended()
                    ? Future.failedFuture("closed")
                    : response.write("id: " + cursor + "\ndata: " + json + "\n\n");
        }

        @Override
        public void end() {
            // Tells the client not to reconnect. If the stream just ended, the client would reconnect.
            response.end("event: end\ndata: {}\n\n").onFailure(failure -> {});
        }

        @Override
        public void cut(String reason) {
            response.end(": " + reason + "\n\n").onFailure(failure -> {});
        }
    }

    private JobStream open(KnownJob job, long after, int run, JobStream.Transport transport) {
        return JobStream.open(shared, job, after, run, transport);
    }
}
