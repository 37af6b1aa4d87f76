package dev.millrace.scheduler.service.planner;

import dev.millrace.platform.cassandra.Cassandra;
import dev.millrace.scheduler.plan.PlanBuilder;
import dev.millrace.scheduler.service.settings.PlannerSettings;
import dev.millrace.schemas.history.RuntimeHistory;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.spec.JobSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Clock;

/** Plans a job as the planner would, so that a user can see the plan before submitting the job. Stores and publishes nothing. */
public final class Preview {
    /** Never the id of a real job, since those ids are hashes. */
    private static final String JOB_ID = "preview";

    /** Has one thread, so only one plan is made at a time, since each may be large. */
    private final WorkerExecutor making;

    private final HistoryReader history;
    private final Clock clock;

    public Preview(Vertx vertx, Cassandra cassandra, Clock clock) {
        this.making = vertx.createSharedWorkerExecutor("plan-preview", 1);
        this.history = new HistoryReader(
                cassandra, PlannerSettings.DEFAULTS.historyTimeoutMs(), PlannerSettings.DEFAULTS.maxHistorySamples());
        this.clock = clock;
    }

    /** Fails with {@link IllegalArgumentException} when the job would be rejected. */
    public Future<Plan> of(JobSpec spec) {
        return history.read(spec, clock.millis())
                .otherwise(RuntimeHistory.NONE)
                .compose(known -> making.executeBlocking(() -> build(spec, known), false));
    }

    private Plan build(JobSpec spec, RuntimeHistory known) {
        try {
            return new PlanBuilder(known, clock.millis()).build(JOB_ID, spec);
        } catch (PlanBuilder.RejectedException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
