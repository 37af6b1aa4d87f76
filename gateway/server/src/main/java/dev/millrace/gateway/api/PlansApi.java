package dev.millrace.gateway.api;

import dev.millrace.platform.http.Bodies;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.platform.work.AsyncBulkhead;
import dev.millrace.schemas.event.Role;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.plan.PlannedScope;
import dev.millrace.schemas.plan.PlannedTask;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Previews of plans: the tasks of a job, without submitting it. A parsed spec may take thirteen times the bytes of its document, and the
 * history of its tests tens of megabytes more. Therefore only a few previews are made at the same time, and those that wait keep only their
 * unparsed document in memory.
 */
public final class PlansApi {
    private final PlanPreview preview;
    private final AsyncBulkhead previews;
    private final SubmissionRate rate;
    private final String defaultOwner;
    private final Bodies bodies;
    private final long maxBodyBytes;

    /**
     * @param previews limits how many previews run at once, from parsing the spec to the plan
     * @param rate limits how often an owner may submit, and counts previews too
     * @param defaultOwner the owner of requests that name no owner
     */
    public PlansApi(
            PlanPreview preview,
            AsyncBulkhead previews,
            SubmissionRate rate,
            String defaultOwner,
            Bodies bodies,
            long maxBodyBytes) {
        this.preview = preview;
        this.previews = previews;
        this.rate = rate;
        this.defaultOwner = defaultOwner;
        this.bodies = bodies;
        this.maxBodyBytes = maxBodyBytes;
    }

    /**
     * A task that the job would have.
     *
     * @param units number of units of the suite that it would run; 0 for a task that is a command
     * @param scope id of the scope that it would belong to; null for none
     * @param role setup or teardown if it would be one of its scope; null for a test
     */
    record TaskPreview(
            String name,
            @Nullable String suite,
            int units,
            boolean gating,
            long estimateMs,
            String estimateSource,
            @Nullable String scope,
            @Nullable Role role) {
        static TaskPreview of(PlannedTask task) {
            PlannedScope scope = task.scope();
            return new TaskPreview(
                    task.name(),
                    task.suite(),
                    task.units().size(),
                    task.gating(),
                    task.estimateMs(),
                    task.estimateSource(),
                    scope == null ? null : scope.id(),
                    scope == null ? null : scope.role());
        }
    }

    /**
     * All tasks that the job would have.
     *
     * @param workMs sum of the estimates
     * @param longestMs the largest estimate; the job cannot be faster than that, however many slots it gets
     */
    record JobPreview(List<TaskPreview> tasks, long workMs, long longestMs) {
        static JobPreview of(Plan plan) {
            return new JobPreview(
                    plan.tasks().stream().map(TaskPreview::of).toList(),
                    plan.tasks().stream().mapToLong(PlannedTask::estimateMs).sum(),
                    plan.tasks().stream()
                            .mapToLong(PlannedTask::estimateMs)
                            .max()
                            .orElse(0));
        }
    }

    void plan(RoutingContext context) {
        String owner = Owners.of(context, defaultOwner);
        rate.take(context, owner);
        Answers.send(
                context,
                SpecBody.read(
                        context,
                        bodies,
                        maxBodyBytes,
                        SpecBody::document,
                        document -> previews.call(owner, () -> preview(context, document))));
    }

    private Future<JobPreview> preview(RoutingContext context, Buffer document) {
        if (context.response().closed()) {
            return Future.failedFuture(new IOException("nobody waits for the preview any more"));
        }
        return context.vertx()
                .executeBlocking(() -> SpecBody.stored(document), false)
                .compose(preview::of)
                .recover(PlansApi::refused)
                .map(JobPreview::of);
    }

    private static Future<Plan> refused(Throwable failure) {
        return Future.failedFuture(
                failure instanceof IllegalArgumentException rejected
                        ? new HttpProblemException(ProblemKind.INVALID_SPEC, String.valueOf(rejected.getMessage()))
                        : new HttpProblemException(
                                ProblemKind.UNAVAILABLE, "the job cannot be planned now: " + failure.getMessage()));
    }
}
