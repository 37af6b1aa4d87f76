package dev.millrace.gateway;

import com.datastax.oss.driver.api.core.CqlSession;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.spec.JobSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** What would be made of a job if it were submitted now; the scheduler's part of it is wired in from outside. */
public interface PlanPreview {
    /** Opened once, on a thread that may block. */
    interface Source {
        PlanPreview open(Vertx vertx, CqlSession session, CassandraSettings settings);
    }

    /**
     * The plan that the planner would make by the history there is; without Cassandra one without history. Fails with
     * {@link IllegalArgumentException} when the job would be rejected, in words for its author.
     */
    Future<Plan> of(JobSpec spec);
}
