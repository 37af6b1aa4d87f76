package dev.millrace.gateway.api;

import dev.millrace.gateway.live.LogFollower;
import dev.millrace.gateway.output.CombinedOutput;
import dev.millrace.gateway.output.LineTimes;
import dev.millrace.gateway.output.LiveOutput;
import dev.millrace.gateway.view.AttemptView;
import dev.millrace.gateway.view.JobViews;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.blob.RangeStream;
import dev.millrace.platform.http.ByteRange;
import dev.millrace.platform.http.PacedSender;
import dev.millrace.platform.http.PieceSource;
import dev.millrace.platform.http.ServedReader;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.platform.work.AsyncLoop;
import dev.millrace.platform.work.Places;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.LogRef;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The output of an attempt: live while the attempt runs, sealed (stored completely) once it has ended. */
public final class LogsApi {
    private static final String COMBINED = "combined";
    private static final String INDEX = "index";
    private static final List<String> STREAMS = List.of("stdout", "stderr", COMBINED, INDEX);

    private static final long ROUND_MS = 250;

    private final Vertx vertx;
    private final WorkerExecutor followers;
    private final Places following;
    private final PacedSender sender;
    private final KafkaSettings kafka;
    private final BlobClient blobs;
    private final JobViews views;
    private final TasksApi tasks;

    /**
     * @param followers threads that read live tails; none of them is held between two reads
     * @param following limits how many clients follow a log at the same time; the gateway asks further clients to try again
     * @param sender sends sealed output
     */
    public LogsApi(
            Vertx vertx,
            WorkerExecutor followers,
            Places following,
            PacedSender sender,
            KafkaSettings kafka,
            BlobClient blobs,
            JobViews views,
            TasksApi tasks) {
        this.vertx = vertx;
        this.followers = followers;
        this.following = following;
        this.sender = sender;
        this.kafka = kafka;
        this.blobs = blobs;
        this.views = views;
        this.tasks = tasks;
    }

    void log(RoutingContext context) {
        String taskId = Answers.taskId(context);
        String stream = context.request().getParam("stream", "stdout");
        if (!STREAMS.contains(stream)) {
            throw new HttpProblemException(
                    ProblemKind.BAD_PARAMETER, "'stream' is one of " + String.join(", ", STREAMS));
        }
        Answers.flag(context, "follow");
        Answers.flag(context, "timestamps");
        tasks.attempt(taskId, Answers.attempt(context))
                .compose(attempt -> attempt.done()
                        ? sender.send(context.response(), () -> sealed(context, attempt, stream))
                        : follow(context, taskId, attempt, stream))
                .onFailure(context::fail);
    }

    private Future<Void> follow(RoutingContext context, String taskId, AttemptView attempt, String stream) {
        boolean follow = Answers.flag(context, "follow");
        if (stream.equals(INDEX) && !follow) {
            return Future.failedFuture(new HttpProblemException(
                    ProblemKind.ATTEMPT_RUNNING, "the index of the output is there once the attempt has ended"));
        }
        boolean timestamps = Answers.flag(context, "timestamps");
        ServedReader reader = sender.admit(following)
                .orElseThrow(() -> new HttpProblemException(
                        ProblemKind.TOO_MANY_FOLLOWERS, "too many logs are being followed; try again"));
        List<String> followed = stream.equals(COMBINED) ? List.of("stdout", "stderr") : List.of(stream);
        return followers
                .executeBlocking(() -> LogFollower.open(kafka, taskId, attempt, followed), false)
                .compose(tail -> {
                    describe(context.response(), attempt);
                    context.response().setChunked(true);
                    var live = new Live(reader, context.response(), taskId, attempt, tail, follow, timestamps);
                    live.round();
                    return live.told
                            .future()
                            .eventually(() -> followers.executeBlocking(
                                    () -> {
                                        tail.close();
                                        return true;
                                    },
                                    false))
                            .compose(ended -> rest(live, ended, stream, followed));
                })
                .compose(done -> context.response().end())
                .onComplete(done -> reader.close());
    }

    /** Sends the part of the sealed log that was not sent live. */
    private Future<Void> rest(Live live, @Nullable AttemptView sealed, String stream, List<String> followed) {
        if (sealed == null) {
            return Future.succeededFuture();
        }
        return followers
                .executeBlocking(
                        () -> stream.equals(INDEX)
                                ? whole(sealed, INDEX)
                                : combined(
                                        sealed,
                                        followed,
                                        live.timestamps,
                                        live.tail.positions(),
                                        live.times.lineBegins()),
                        false)
                .compose(in -> sender.send(live.reader, PieceSource.of(in), Long.MAX_VALUE, live.response)
                        .eventually(() -> followers.executeBlocking(
                                () -> {
                                    in.close();
                                    return true;
                                },
                                false)));
    }

    /**
     * One log that is being sent to a reader, in rounds. Each round reads and sends the output that was published before the round began.
     */
    private final class Live {
        private final ServedReader reader;
        private final HttpServerResponse response;
        private final String taskId;
        private final AttemptView attempt;
        private final LogFollower tail;
        private final boolean follow;
        private final boolean timestamps;
        private final LineTimes times = new LineTimes();
        private final Promise<@Nullable AttemptView> told = Promise.promise();

        Live(
                ServedReader reader,
                HttpServerResponse response,
                String taskId,
                AttemptView attempt,
                LogFollower tail,
                boolean follow,
                boolean timestamps) {
            this.reader = reader;
            this.response = response;
            this.taskId = taskId;
            this.attempt = attempt;
            this.tail = tail;
            this.follow = follow;
            this.timestamps = timestamps;
        }

        void round() {
            if (response.closed()) {
                told.complete(null);
                return;
            }
            // Reads the state of the attempt first and the log afterwards. If the attempt has ended, this round
            // therefore reads everything that the attempt wrote.
            Future<Optional<AttemptView>> ended =
                    follow ? ended(taskId, attempt) : Future.succeededFuture(Optional.empty());
            ended.compose(known -> followers
                            .executeBlocking(
                                    () -> {
                                        tail.fixEnd();
                                        return true;
                                    },
                                    false)
                            .map(known))
                    .onSuccess(this::drain)
                    .onFailure(told::tryFail);
        }

        private void drain(Optional<AttemptView> sealed) {
            followers
                    .executeBlocking(tail::next, false)
                    .compose(read -> send(read.pieces()).map(read))
                    .onSuccess(read -> {
                        if (!read.atEnd()) {
                            drain(sealed);
                        } else if (sealed.isPresent() || !follow) {
                            told.complete(sealed.orElse(null));
                        } else {
                            vertx.setTimer(ROUND_MS, timer -> round());
                        }
                    })
                    .onFailure(told::tryFail);
        }

        private Future<Void> send(List<LogFollower.Piece> pieces) {
            var output = new LiveOutput(pieces, timestamps ? times : null);
            return AsyncLoop.whileTrue(() -> {
                Buffer part = output.next();
                return part.length() == 0
                        ? Future.succeededFuture(false)
                        : reader.write(response, part).map(true);
            });
        }
    }

    private static void describe(HttpServerResponse response, AttemptView attempt) {
        response.putHeader("Content-Type", "application/octet-stream")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Millrace-Attempt", Integer.toString(attempt.attempt()));
    }

    private PacedSender.Content sealed(RoutingContext context, AttemptView attempt, String stream) throws IOException {
        boolean timestamps = Answers.flag(context, "timestamps");
        HttpServerResponse response = context.response();
        describe(response, attempt);
        if (timestamps && !stream.equals(INDEX)) {
            // The timestamps are not part of the stream, so byte positions have no meaning and ranges are not served.
            response.setChunked(true);
            return new PacedSender.Content(PieceSource.of(timed(attempt, stream)), Long.MAX_VALUE);
        }
        List<LogRef> references = references(attempt, stream);
        long size = references.stream().mapToLong(LogRef::bytes).sum();
        ByteRange range = ByteRange.of(context.request().getHeader("Range"), size);
        if (range.isPart()) {
            response.setStatusCode(206).putHeader("Content-Range", range.contentRange());
        }
        if (references.size() == 1 && references.get(0).digest() != null) {
            response.putHeader("ETag", "\"" + references.get(0).digest() + "\"");
        }
        response.putHeader("Accept-Ranges", "bytes").putHeader("Content-Length", Long.toString(range.length()));
        return new PacedSender.Content(new RangeStream(whole(attempt, stream), range), range.length());
    }

    private static List<LogRef> references(AttemptView attempt, String stream) {
        AttemptResult result = attempt.result();
        if (result == null) {
            return List.of();
        }
        return switch (stream) {
            case "stdout" -> List.of(result.stdout());
            case "stderr" -> List.of(result.stderr());
            case COMBINED -> List.of(result.stdout(), result.stderr());
            default -> result.outputIndex() == null ? List.of() : List.of(result.outputIndex());
        };
    }

    private InputStream whole(AttemptView attempt, String stream) throws IOException {
        List<LogRef> references = references(attempt, stream);
        if (references.size() == 2) {
            return combined(attempt, List.of("stdout", "stderr"), false, Map.of(), true);
        }
        return references.isEmpty() ? InputStream.nullInputStream() : open(references.get(0));
    }

    private InputStream timed(AttemptView attempt, String stream) throws IOException {
        List<String> names = stream.equals(COMBINED) ? List.of("stdout", "stderr") : List.of(stream);
        return combined(attempt, names, true, Map.of(), true);
    }

    private InputStream combined(
            AttemptView attempt, List<String> names, boolean timestamps, Map<String, Long> known, boolean lineBegins)
            throws IOException {
        Map<String, InputStream> streams = new LinkedHashMap<>();
        try {
            for (String name : names) {
                for (LogRef reference : references(attempt, name)) {
                    streams.put(name, new BufferedInputStream(open(reference)));
                }
            }
            return new CombinedOutput(
                    new BufferedReader(new InputStreamReader(whole(attempt, INDEX), StandardCharsets.US_ASCII)),
                    streams,
                    timestamps,
                    known,
                    lineBegins);
        } catch (IOException | RuntimeException e) {
            for (InputStream stream : streams.values()) {
                stream.close();
            }
            throw e;
        }
    }

    private InputStream open(LogRef ref) throws IOException {
        if (ref.digest() != null) {
            return blobs.open(ref.digest(), ref.bytes());
        }
        String inline = ref.inlineBase64();
        return new ByteArrayInputStream(
                inline == null ? new byte[0] : Base64.getDecoder().decode(inline));
    }

    /** Returns the attempt if it has ended. If its row cannot be read, returns nothing, and the published output continues. */
    private Future<Optional<AttemptView>> ended(String taskId, AttemptView attempt) {
        return views.attempt(taskId, attempt.attempt())
                .map(found -> found.filter(AttemptView::done))
                .otherwise(failure -> Optional.empty());
    }
}
