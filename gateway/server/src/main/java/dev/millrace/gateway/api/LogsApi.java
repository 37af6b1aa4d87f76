package dev.millrace.gateway.api;

import dev.millrace.gateway.live.LogFollower;
import dev.millrace.gateway.view.AttemptView;
import dev.millrace.gateway.view.JobViews;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.blob.RangeStream;
import dev.millrace.platform.http.ByteRange;
import dev.millrace.platform.http.HttpProblemException;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.platform.work.Bulkhead;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.LogRef;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
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
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The output of an attempt: sealed once it ended, live while it runs. */
public final class LogsApi {
    private static final String COMBINED = "combined";
    private static final String INDEX = "index";
    private static final List<String> STREAMS = List.of("stdout", "stderr", COMBINED, INDEX);

    private final Bulkhead streams;
    private final WorkerExecutor followers;
    private final Semaphore following;
    private final KafkaSettings kafka;
    private final BlobClient blobs;
    private final JobViews views;
    private final TasksApi tasks;

    /**
     * @param streams for sealed logs
     * @param followers whoever follows holds one of their threads for as long as the task runs
     * @param maxFollowers threads there are; more watchers than that are asked to come again
     */
    public LogsApi(
            Bulkhead streams,
            WorkerExecutor followers,
            int maxFollowers,
            KafkaSettings kafka,
            BlobClient blobs,
            JobViews views,
            TasksApi tasks) {
        this.streams = streams;
        this.followers = followers;
        this.following = new Semaphore(maxFollowers);
        this.kafka = kafka;
        this.blobs = blobs;
        this.views = views;
        this.tasks = tasks;
    }

    void log(RoutingContext context) {
        String taskId = Answers.taskId(context);
        String stream = context.request().getParam("stream", "stdout");
        if (!STREAMS.contains(stream)) {
            throw new HttpProblemException(400, "bad-parameter", "'stream' is one of " + String.join(", ", STREAMS));
        }
        HttpServerResponse response = context.response();
        tasks.attempt(taskId, Answers.query(context, "attempt"))
                .compose(attempt -> attempt.done()
                        ? streams.call(() -> sealed(context, attempt, stream))
                        : follow(context, taskId, attempt, stream))
                .compose(done -> response.end())
                .onFailure(context::fail);
    }

    private Future<Boolean> follow(RoutingContext context, String taskId, AttemptView attempt, String stream) {
        boolean follow = "true".equals(Answers.query(context, "follow"));
        if (stream.equals(INDEX) && !follow) {
            return Future.failedFuture(new HttpProblemException(
                    409, "attempt-running", "the index of the output is there once the attempt has ended"));
        }
        boolean timestamps = "true".equals(Answers.query(context, "timestamps"));
        if (!following.tryAcquire()) {
            return Future.failedFuture(
                    new HttpProblemException(503, "too-many-followers", "too many logs are being followed; try again"));
        }
        return followers
                .executeBlocking(() -> live(context.response(), taskId, attempt, stream, follow, timestamps), false)
                .onComplete(done -> following.release());
    }

    private static void describe(HttpServerResponse response, AttemptView attempt) {
        response.putHeader("Content-Type", "application/octet-stream")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Millrace-Attempt", Integer.toString(attempt.attempt()));
    }

    private boolean sealed(RoutingContext context, AttemptView attempt, String stream) throws IOException {
        boolean timestamps = "true".equals(Answers.query(context, "timestamps"));
        HttpServerResponse response = context.response();
        describe(response, attempt);
        if (timestamps && !stream.equals(INDEX)) {
            // Times are no part of the stream, so positions in it mean nothing.
            response.setChunked(true);
            try (InputStream in = timed(attempt, stream)) {
                ByteStreams.copy(in, response);
            }
            return true;
        }
        List<LogRef> references = references(attempt, stream);
        long size = references.stream().mapToLong(LogRef::bytes).sum();
        ByteRange range = ByteRange.of(context.request().getHeader("Range"), size);
        try (InputStream in = new RangeStream(whole(attempt, stream), range)) {
            if (range.isPart()) {
                response.setStatusCode(206).putHeader("Content-Range", range.contentRange());
            }
            if (references.size() == 1 && references.get(0).digest() != null) {
                response.putHeader("ETag", "\"" + references.get(0).digest() + "\"");
            }
            response.putHeader("Accept-Ranges", "bytes");
            ByteStreams.send(in, response, range.length());
        }
        return true;
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
        } catch (IOException e) {
            for (InputStream stream : streams.values()) {
                stream.close();
            }
            throw e;
        }
        return new CombinedOutput(
                new BufferedReader(new InputStreamReader(whole(attempt, INDEX), StandardCharsets.US_ASCII)),
                streams,
                timestamps,
                known,
                lineBegins);
    }

    private InputStream open(LogRef ref) throws IOException {
        if (ref.digest() != null) {
            return blobs.open(ref.digest(), ref.bytes());
        }
        String inline = ref.inlineBase64();
        return new ByteArrayInputStream(
                inline == null ? new byte[0] : Base64.getDecoder().decode(inline));
    }

    private boolean live(
            HttpServerResponse response,
            String taskId,
            AttemptView attempt,
            String stream,
            boolean follow,
            boolean timestamps)
            throws IOException {
        describe(response, attempt);
        response.setChunked(true);
        List<String> followed = stream.equals(COMBINED) ? List.of("stdout", "stderr") : List.of(stream);
        var times = new LineTimes();
        Map<String, Long> positions = new LogFollower(kafka)
                .follow(
                        taskId,
                        attempt,
                        followed,
                        () -> !follow || response.closed() || ended(taskId, attempt) != null,
                        (bytes, atMs) -> {
                            byte[] shown = timestamps ? times.stamped(bytes, atMs) : bytes;
                            ByteStreams.write(response, shown, shown.length);
                        });
        AttemptView sealed = follow ? ended(taskId, attempt) : null;
        if (sealed != null) {
            try (InputStream rest = stream.equals(INDEX)
                    ? whole(sealed, INDEX)
                    : combined(sealed, followed, timestamps, positions, times.lineBegins())) {
                ByteStreams.copy(rest, response);
            }
        }
        return true;
    }

    private @Nullable AttemptView ended(String taskId, AttemptView attempt) throws IOException {
        Future<AttemptView> now = views.attempts(taskId).map(all -> all.stream()
                .filter(it -> it.attempt() == attempt.attempt() && it.done())
                .findFirst()
                .orElse(null));
        try {
            return now.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new IOException("the state of the attempt cannot be read", e);
        }
    }
}
