package dev.millrace.gateway.api;

import dev.millrace.gateway.live.JobHub;
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
 * Finds a job or an attempt in the views. The views are behind the topics, so they may not show yet what this gateway has just seen, and
 * nothing can be read while Cassandra is away. A job that is only submitted is answered from memory then; the progress of a job that has
 * begun is known to the views alone.
 */
public final class JobLookup {
    /** Views may be a fifth of a second behind, and more under load. */
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
     * The job's view.
     *
     * <p>Fails with 404 for a job that nobody knows, with 503 {@code view-behind} for one that has begun and does not show in the views, and
     * with the failure of the views.
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
        Optional<JobHub.Known> known = hub.known(jobId);
        if (known.isPresent() && known.get().phase() == JobHub.Known.Phase.SUBMITTED) {
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
     * The attempt asked for, or the one that gave the verdict, or the last one.
     *
     * <p>Fails with 404 for one that the task does not have. The rows of a task and of its attempts are written side by side, so one that the
     * task counts may not be there yet: it fails with 503 {@code view-behind} if it does not come.
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

    private static JobView submitted(JobHub.Known job) {
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
                JobCounts.NONE);
    }
}
