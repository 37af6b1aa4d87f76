package dev.millrace.gateway.api;

import dev.millrace.gateway.live.LogFollower;
import dev.millrace.gateway.view.AttemptView;
import dev.millrace.gateway.view.JobViews;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.http.HttpProblemException;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.schemas.event.LogRef;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The output of an attempt: sealed once it ended, live while it runs. */
public final class LogsApi {
    private final WorkerExecutor workers;
    private final WorkerExecutor followers;
    private final Semaphore following;
    private final KafkaSettings kafka;
    private final BlobClient blobs;
    private final JobViews views;
    private final TasksApi tasks;

    /**
     * @param workers for sealed logs
     * @param followers whoever follows holds one of their threads for as long as the task runs
     * @param maxFollowers threads there are; more watchers than that are asked to come again
     */
    public LogsApi(
            WorkerExecutor workers,
            WorkerExecutor followers,
            int maxFollowers,
            KafkaSettings kafka,
            BlobClient blobs,
            JobViews views,
            TasksApi tasks) {
        this.workers = workers;
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
        if (!stream.equals("stdout") && !stream.equals("stderr")) {
            throw new HttpProblemException(400, "bad-parameter", "'stream' is stdout or stderr");
        }
        boolean follow = "true".equals(Answers.query(context, "follow"));
        HttpServerResponse response = context.response();
        tasks.attempt(taskId, Answers.query(context, "attempt"))
                .compose(attempt -> attempt.done()
                        ? workers.executeBlocking(() -> sealed(context, attempt, stream), false)
                        : follow(response, taskId, attempt, stream, follow))
                .compose(done -> response.end())
                .onFailure(context::fail);
    }

    private Future<Boolean> follow(
            HttpServerResponse response, String taskId, AttemptView attempt, String stream, boolean follow) {
        if (!following.tryAcquire()) {
            return Future.failedFuture(
                    new HttpProblemException(503, "too-many-followers", "too many logs are being followed; try again"));
        }
        return followers
                .executeBlocking(() -> live(response, taskId, attempt, stream, follow), false)
                .onComplete(done -> following.release());
    }

    private static void describe(HttpServerResponse response, AttemptView attempt) {
        response.putHeader("Content-Type", "application/octet-stream")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Millrace-Attempt", Integer.toString(attempt.attempt()));
    }

    private boolean sealed(RoutingContext context, AttemptView attempt, String stream) throws IOException {
        LogRef ref = reference(attempt, stream);
        long from = firstByte(context.request().getHeader("Range"), ref.bytes());
        HttpServerResponse response = context.response();
        try (InputStream in = open(ref)) {
            in.skipNBytes(from);
            describe(response, attempt);
            if (from > 0) {
                response.setStatusCode(206)
                        .putHeader("Content-Range", "bytes " + from + "-" + (ref.bytes() - 1) + "/" + ref.bytes());
            }
            response.putHeader("Accept-Ranges", "bytes").putHeader("Content-Length", Long.toString(ref.bytes() - from));
            ByteStreams.copy(in, response, Long.MAX_VALUE);
        }
        return true;
    }

    private static LogRef reference(AttemptView attempt, String stream) {
        if (attempt.result() == null) {
            return LogRef.EMPTY;
        }
        return stream.equals("stdout")
                ? attempt.result().stdout()
                : attempt.result().stderr();
    }

    private InputStream open(LogRef ref) throws IOException {
        if (ref.digest() != null) {
            return blobs.open(ref.digest());
        }
        String inline = ref.inlineBase64();
        return new ByteArrayInputStream(
                inline == null ? new byte[0] : Base64.getDecoder().decode(inline));
    }

    /** Open-ended ranges alone are honoured; every other form gets the whole, as HTTP allows. */
    private static long firstByte(@Nullable String range, long size) {
        if (range == null || !range.matches("bytes=[0-9]{1,18}-")) {
            return 0;
        }
        long from = Long.parseLong(range.substring(6, range.length() - 1));
        if (from >= size && size > 0) {
            throw new HttpProblemException(416, "range-not-satisfiable", "the log has " + size + " bytes");
        }
        return Math.min(from, size);
    }

    private boolean live(HttpServerResponse response, String taskId, AttemptView attempt, String stream, boolean follow)
            throws IOException {
        describe(response, attempt);
        response.setChunked(true);
        long position = new LogFollower(kafka)
                .follow(
                        taskId,
                        attempt,
                        stream,
                        () -> !follow || response.closed() || ended(taskId, attempt) != null,
                        bytes -> ByteStreams.write(response, bytes, bytes.length));
        AttemptView sealed = follow ? ended(taskId, attempt) : null;
        if (sealed != null) {
            LogRef ref = reference(sealed, stream);
            if (position < ref.bytes()) {
                try (InputStream in = open(ref)) {
                    in.skipNBytes(position);
                    ByteStreams.copy(in, response, Long.MAX_VALUE);
                }
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
