package dev.millrace.gateway.api;

import dev.millrace.gateway.live.JobHub;
import dev.millrace.gateway.live.KnownJob;
import dev.millrace.gateway.view.AttemptView;
import dev.millrace.gateway.view.JobView;
import dev.millrace.gateway.view.JobViews;
import dev.millrace.gateway.view.TaskView;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.schemas.event.JobCounts;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds a job or an attempt in the views. The views lag behind the topics, so they may not show yet what this gateway has just seen, and
 * they cannot be read while Cassandra is unreachable. In both cases a job that was submitted but has not begun is answered from memory. The
 * progress of a job that has begun is only in the views.
 */
public final class JobLookup {
    /** How long to wait until a row appears. Views may be a fifth of a second behind, and more under load. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final long LOOK_MS = 100;

    private final Vertx vertx;
    private final JobViews views;
    private final JobHub hub;

    public JobLookup(Vertx vertx, JobViews views, JobHub hub) {
        this.vertx = vertx;
        this.views = views;
        this.hub = hub;
    }

    /**
     * Returns the job's view.
     *
     * <p>Fails with 404 for a job that neither the views nor this gateway know, with 503 {@code view-behind} for a job that has begun but
     * does not appear in the views in time, and with the error of the query if the views cannot be read.
     */
    Future<JobView> find(String jobId) {
        return find(jobId, System.nanoTime() + PATIENCE_NANOS);
    }

    private Future<JobView> find(String jobId, long deadlineNanos) {
        return views.job(jobId).transform(found -> answer(jobId, found, deadlineNanos));
    }

    private Future<JobView> answer(String jobId, AsyncResult<Optional<JobView>> found, long deadlineNanos) {
        Optional<JobView> view = found.succeeded() ? found.result() : Optional.empty();
        if (view.isPresent()) {
            return Future.succeededFuture(view.get());
        }
        Optional<KnownJob> known = hub.known(jobId);
        if (known.isPresent() && known.get().phase() == KnownJob.Phase.SUBMITTED) {
            return Future.succeededFuture(submitted(known.get()));
        }
        if (found.failed()) {
            return Future.failedFuture(found.cause());
        }
        if (known.isEmpty()) {
            return Future.failedFuture(Answers.unknownJob(jobId));
        }
        if (System.nanoTime() - deadlineNanos >= 0) {
            return Future.failedFuture(new HttpProblemException(
                    ProblemKind.VIEW_BEHIND,
                    "job " + jobId + " has begun, and the views do not show it yet; try again"));
        }
        return vertx.timer(LOOK_MS, TimeUnit.MILLISECONDS).compose(passed -> find(jobId, deadlineNanos));
    }

    /**
     * Returns the attempt with this number. If the number is null, returns the attempt that gave the verdict, or the last attempt if no
     * attempt has given a verdict.
     *
     * <p>Fails with 404 for an attempt that the task does not have. The rows of a task and of its attempts are written in parallel, so the
     * task may already count an attempt whose row does not exist yet. The method waits for that row, and fails with 503 {@code view-behind}
     * if it does not appear in time.
     */
    Future<AttemptView> attempt(TaskView task, @Nullable Integer number) {
        Integer wanted = number != null ? number : task.decidedBy();
        return attempt(task, wanted, System.nanoTime() + PATIENCE_NANOS);
    }

    private Future<AttemptView> attempt(TaskView task, @Nullable Integer wanted, long deadlineNanos) {
        var found = wanted == null ? views.lastAttempt(task.id()) : views.attempt(task.id(), wanted);
        return found.compose(attempt -> {
            if (attempt.isPresent()) {
                return Future.succeededFuture(attempt.get());
            }
            int least = wanted == null ? 1 : wanted;
            if (least < 1 || least > task.attempts()) {
                return Future.failedFuture(unknownAttempt(task, wanted));
            }
            if (System.nanoTime() - deadlineNanos >= 0) {
                return Future.failedFuture(new HttpProblemException(
                        ProblemKind.VIEW_BEHIND,
                        "the attempt of task " + task.id()
                                + " has begun, and the views do not show it yet; try again"));
            }
            return vertx.timer(LOOK_MS, TimeUnit.MILLISECONDS).compose(passed -> attempt(task, wanted, deadlineNanos));
        });
    }

    private static HttpProblemException unknownAttempt(TaskView task, @Nullable Integer wanted) {
        return new HttpProblemException(
                ProblemKind.UNKNOWN_ATTEMPT,
                wanted == null
                        ? "task " + task.id() + " has not been started yet"
                        : "task " + task.id() + " has no attempt " + wanted);
    }

    private static JobView submitted(KnownJob job) {
        return new JobView(
                job.jobId(),
                job.name(),
                job.project(),
                job.owner(),
                job.pool(),
                job.priority(),
                "submitted",
                null,
                job.submittedAtMs(),
                null,
                null,
                job.specDigest(),
                null,
                0,
                null,
                0,
                JobCounts.NONE);
    }
}
