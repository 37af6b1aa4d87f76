package dev.millrace.gateway.api;

import dev.millrace.gateway.view.AttemptView;
import dev.millrace.gateway.view.DecisionViews;
import dev.millrace.gateway.view.JobViews;
import dev.millrace.gateway.view.TaskView;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.http.PacedSender;
import dev.millrace.platform.http.PieceSource;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.platform.work.AsyncLoop;
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
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Tasks, attempts and artifacts. */
public final class TasksApi {
    /** Number of tasks that are read at once to find tasks with a certain status. */
    private static final int FILTERED_AT_ONCE = 500;

    private static final int PAGE = 200;

    /**
     * Maximum number of artifacts in a page. An artifact contains its path twice, and a path has at most one kibibyte, so a page stays
     * below one mebibyte.
     */
    private static final int ARTIFACT_PAGE = 400;

    private final ArtifactTrees trees;
    private final PacedSender sender;
    private final BlobClient blobs;
    private final JobViews views;
    private final DecisionViews decisions;
    private final JobLookup jobs;

    public TasksApi(
            ArtifactTrees trees,
            PacedSender sender,
            BlobClient blobs,
            JobViews views,
            DecisionViews decisions,
            JobLookup jobs) {
        this.trees = trees;
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
                    ProblemKind.BAD_PARAMETER, "'status' is one of " + String.join(", ", TaskView.STATUSES));
        }
        int limit = Answers.number(context, "limit", PAGE, 1, 1_000);
        int from = Answers.number(context, "cursor", 0, 0, Integer.MAX_VALUE);
        Answers.send(context, jobs.find(jobId).compose(job -> page(jobId, from, limit, status, job.tasks())));
    }

    /** Reads tasks until a page of matching tasks is full, by number or by size, or until the job has no more tasks. */
    private Future<TaskPage> page(String jobId, int from, int limit, @Nullable String status, int total) {
        var found = new ArrayList<TaskView>();
        var next = new AtomicInteger(from);
        int atOnce = status == null ? limit : Math.max(limit, FILTERED_AT_ONCE);
        return AsyncLoop.whileTrue(
                        () -> views.tasks(jobId, next.get(), atOnce, total).map(read -> {
                            next.set(read.next());
                            for (TaskView task : read.tasks()) {
                                if (found.size() < limit && (status == null || status.equals(task.status()))) {
                                    found.add(task);
                                    next.set(found.size() == limit ? task.index() + 1 : next.get());
                                }
                            }
                            boolean isFull = found.size() == limit || (read.isFull() && !found.isEmpty());
                            return !isFull && next.get() < total;
                        }))
                .map(done -> new TaskPage(found, next.get() < total ? Integer.toString(next.get()) : null));
    }

    void get(RoutingContext context) {
        Answers.send(context, find(Answers.taskId(context)));
    }

    Future<TaskView> find(String taskId) {
        return views.task(taskId).compose(task -> task.map(Future::succeededFuture)
                .orElseGet(() -> Future.failedFuture(Answers.unknownTask(taskId))));
    }

    /** A page of attempts. */
    record AttemptPage(List<AttemptView> attempts, @Nullable String nextCursor) {}

    void attempts(RoutingContext context) {
        String taskId = Answers.taskId(context);
        int from = Answers.number(context, "cursor", 0, 0, Integer.MAX_VALUE);
        Answers.send(
                context,
                find(taskId)
                        .compose(task -> views.attempts(taskId, from))
                        .map(page -> new AttemptPage(
                                page.attempts(),
                                page.next() == null ? null : page.next().toString())));
    }

    void decisions(RoutingContext context) {
        String taskId = Answers.taskId(context);
        Answers.send(
                context, find(taskId).compose(task -> decisions.ofTask(taskId)).map(all -> Map.of("decisions", all)));
    }

    /**
     * Returns the attempt with this number. If the number is null, returns the attempt that gave the verdict, or the last attempt if no
     * attempt has given a verdict.
     */
    Future<AttemptView> attempt(String taskId, @Nullable Integer number) {
        return find(taskId).compose(task -> jobs.attempt(task, number));
    }

    /** A file an attempt left. */
    record Artifact(String path, long size, String digest, String href) {}

    /** A page of the files that an attempt left. The first page also names the files that were not kept. */
    record ArtifactList(List<Artifact> artifacts, List<String> leftOut, @Nullable String nextCursor) {}

    void artifacts(RoutingContext context) {
        String taskId = Answers.taskId(context);
        int limit = Answers.number(context, "limit", ARTIFACT_PAGE, 1, ARTIFACT_PAGE);
        int from = Answers.number(context, "cursor", 0, 0, Integer.MAX_VALUE);
        Answers.send(
                context, artifactTree(taskId, Answers.attempt(context)).map(found -> page(taskId, found, from, limit)));
    }

    private static ArtifactList page(String taskId, FoundTree found, int from, int limit) {
        List<TreeEntry> all = found.tree().entries();
        int first = Math.min(from, all.size());
        int end = Math.min(first + limit, all.size());
        List<Artifact> artifacts = all.subList(first, end).stream()
                .map(it -> new Artifact(
                        it.path(), it.size(), it.digest().hex(), "/v1/tasks/" + taskId + "/artifacts/" + it.path()))
                .toList();
        return new ArtifactList(
                artifacts, from == 0 ? found.leftOut() : List.of(), end < all.size() ? Integer.toString(end) : null);
    }

    private record FoundTree(Tree tree, List<String> leftOut) {}

    private Future<FoundTree> artifactTree(String taskId, @Nullable Integer number) {
        return attempt(taskId, number).compose(attempt -> {
            ArtifactsRef ref =
                    attempt.result() == null ? null : attempt.result().artifacts();
            return ref == null
                    ? Future.succeededFuture(new FoundTree(Tree.EMPTY, List.of()))
                    : trees.get(ref.tree()).map(tree -> new FoundTree(tree, ref.leftOut()));
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
                                new HttpProblemException(ProblemKind.UNKNOWN_ARTIFACT, "the task left no such file"))))
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
        return new PacedSender.Content(PieceSource.of(in), entry.size());
    }
}
