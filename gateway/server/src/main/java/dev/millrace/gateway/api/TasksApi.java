package dev.millrace.gateway.api;

import dev.millrace.gateway.view.AttemptView;
import dev.millrace.gateway.view.DecisionViews;
import dev.millrace.gateway.view.JobViews;
import dev.millrace.gateway.view.TaskView;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.http.HttpProblemException;
import dev.millrace.platform.http.PacedSender;
import dev.millrace.platform.work.Bulkhead;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.blob.TreeEntry;
import dev.millrace.schemas.event.ArtifactsRef;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tasks, attempts and artifacts. */
public final class TasksApi {
    private static final int PAGE = 200;

    private final Bulkhead streams;
    private final PacedSender sender;
    private final BlobClient blobs;
    private final JobViews views;
    private final DecisionViews decisions;
    private final JobsApi jobs;

    public TasksApi(
            Bulkhead streams,
            PacedSender sender,
            BlobClient blobs,
            JobViews views,
            DecisionViews decisions,
            JobsApi jobs) {
        this.streams = streams;
        this.sender = sender;
        this.blobs = blobs;
        this.views = views;
        this.decisions = decisions;
        this.jobs = jobs;
    }

    /** A page of tasks. */
    record TaskPage(List<TaskView> tasks, @Nullable String nextCursor) {}

    void list(RoutingContext context) {
        String jobId = Answers.jobId(context);
        String status = Answers.query(context, "status");
        if (status != null && !TaskView.STATUSES.contains(status)) {
            throw new HttpProblemException(
                    400, "bad-parameter", "'status' is one of " + String.join(", ", TaskView.STATUSES));
        }
        int limit = Answers.number(context, "limit", PAGE, 1, 1_000);
        int from = Answers.number(context, "cursor", 0, 0, Integer.MAX_VALUE);
        Answers.send(
                context,
                jobs.find(jobId)
                        .compose(job ->
                                page(jobId, from, limit, status, job.counts().total(), new ArrayList<>())));
    }

    /** Reads on until a page of matching tasks is full or the job has no more. */
    private Future<TaskPage> page(
            String jobId, int from, int limit, @Nullable String status, int total, List<TaskView> found) {
        return views.tasks(jobId, from, limit, total).compose(tasks -> {
            for (TaskView task : tasks) {
                if (status == null || status.equals(task.status())) {
                    found.add(task);
                    if (found.size() == limit) {
                        int next = task.index() + 1;
                        return Future.succeededFuture(
                                new TaskPage(found, next < total ? Integer.toString(next) : null));
                    }
                }
            }
            if (tasks.size() < limit) {
                return Future.succeededFuture(new TaskPage(found, null));
            }
            return page(jobId, tasks.get(tasks.size() - 1).index() + 1, limit, status, total, found);
        });
    }

    void get(RoutingContext context) {
        Answers.send(context, find(Answers.taskId(context)));
    }

    Future<TaskView> find(String taskId) {
        return views.task(taskId).compose(task -> task.map(Future::succeededFuture)
                .orElseGet(() -> Future.failedFuture(Answers.unknownTask(taskId))));
    }

    void attempts(RoutingContext context) {
        String taskId = Answers.taskId(context);
        Answers.send(
                context,
                find(taskId).compose(task -> views.attempts(taskId)).map(attempts -> Map.of("attempts", attempts)));
    }

    void decisions(RoutingContext context) {
        String taskId = Answers.taskId(context);
        Answers.send(
                context, find(taskId).compose(task -> decisions.ofTask(taskId)).map(all -> Map.of("decisions", all)));
    }

    /** The attempt asked for, or the one that gave the verdict, or the last one. */
    Future<AttemptView> attempt(String taskId, @Nullable String number) {
        return find(taskId).compose(task -> views.attempts(taskId).compose(attempts -> {
            Integer decidedBy = task.decidedBy();
            String wanted = number != null || decidedBy == null ? number : decidedBy.toString();
            AttemptView chosen = null;
            for (AttemptView attempt : attempts) {
                if (wanted == null || wanted.equals(Integer.toString(attempt.attempt()))) {
                    chosen = attempt;
                }
            }
            return chosen != null
                    ? Future.succeededFuture(chosen)
                    : Future.failedFuture(new HttpProblemException(
                            404,
                            "unknown-attempt",
                            number == null
                                    ? "task " + taskId + " has not been started yet"
                                    : "task " + taskId + " has no attempt " + number));
        }));
    }

    /** A file an attempt left. */
    record Artifact(String path, long size, String digest, String href) {}

    /** What an attempt left, and what was not kept. */
    record ArtifactList(List<Artifact> artifacts, List<String> leftOut) {}

    void artifacts(RoutingContext context) {
        String taskId = Answers.taskId(context);
        Answers.send(
                context,
                artifactTree(taskId, Answers.attempt(context))
                        .map(found -> new ArtifactList(
                                found.tree().entries().stream()
                                        .map(it -> new Artifact(
                                                it.path(),
                                                it.size(),
                                                it.digest().hex(),
                                                "/v1/tasks/" + taskId + "/artifacts/" + it.path()))
                                        .toList(),
                                found.leftOut())));
    }

    private record FoundTree(Tree tree, List<String> leftOut) {}

    private Future<FoundTree> artifactTree(String taskId, @Nullable String number) {
        return attempt(taskId, number).compose(attempt -> {
            ArtifactsRef ref =
                    attempt.result() == null ? null : attempt.result().artifacts();
            return ref == null
                    ? Future.succeededFuture(new FoundTree(Tree.EMPTY, List.of()))
                    : streams.call(() -> new FoundTree(blobs.getTree(ref.tree()), ref.leftOut()));
        });
    }

    void artifact(RoutingContext context) {
        String taskId = Answers.taskId(context);
        String prefix = "/v1/tasks/" + taskId + "/artifacts/";
        String path = java.net.URLDecoder.decode(
                context.request().path().substring(prefix.length()).replace("+", "%2B"),
                java.nio.charset.StandardCharsets.UTF_8);
        artifactTree(taskId, Answers.attempt(context))
                .compose(found -> found.tree().entries().stream()
                        .filter(entry -> entry.path().equals(path))
                        .findFirst()
                        .map(entry -> sender.send(context.response(), () -> open(context, entry)))
                        .orElseGet(() -> Future.failedFuture(
                                new HttpProblemException(404, "unknown-artifact", "the task left no such file"))))
                .onFailure(context::fail);
    }

    private PacedSender.Content open(RoutingContext context, TreeEntry entry) throws IOException {
        InputStream in = blobs.open(entry.digest(), entry.size());
        context.response()
                .putHeader("Content-Type", "application/octet-stream")
                .putHeader("Content-Disposition", "attachment")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("ETag", "\"" + entry.digest() + "\"")
                .putHeader("Content-Length", Long.toString(entry.size()));
        return new PacedSender.Content(in, entry.size());
    }
}
