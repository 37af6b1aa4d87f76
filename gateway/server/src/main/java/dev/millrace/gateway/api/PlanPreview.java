package dev.millrace.gateway.api;

import dev.millrace.platform.cassandra.Cassandra;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.spec.JobSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** Previews the plan of a job as if it were submitted now; the implementation belongs to the scheduler and is passed in from outside. */
public interface PlanPreview {
    /** Creates the preview; called once when the gateway starts. */
    interface Source {
        PlanPreview open(Vertx vertx, Cassandra cassandra);
    }

    /**
     * Returns the plan that the planner would make with the history that exists now. While Cassandra is unreachable, the plan is made
     * without history. Fails with {@link IllegalArgumentException} if the job would be rejected; the message is written for the author of
     * the job.
     */
    Future<Plan> of(JobSpec spec);
}
