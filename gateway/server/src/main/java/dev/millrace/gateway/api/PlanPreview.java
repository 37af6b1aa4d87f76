package dev.millrace.gateway.api;

import dev.millrace.platform.cassandra.Cassandra;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.spec.JobSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** Previews the plan of a job as if it were submitted now; the scheduler's part is wired in from outside. */
public interface PlanPreview {
    /** Opened once. */
    interface Source {
        PlanPreview open(Vertx vertx, Cassandra cassandra);
    }

    /**
     * The plan that the planner would make by the history there is; without Cassandra one without history. Fails with
     * {@link IllegalArgumentException} when the job would be rejected, in words for its author.
     */
    Future<Plan> of(JobSpec spec);
}
