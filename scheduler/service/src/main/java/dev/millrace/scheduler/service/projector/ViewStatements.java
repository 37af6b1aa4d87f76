package dev.millrace.scheduler.service.projector;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.EventType;
import dev.millrace.schemas.event.JobProgress;
import dev.millrace.schemas.event.JobStarted;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.plan.Plan;
import java.util.List;

/** Makes the writes of a decision: the decision itself, so that users can see why something happened, and its changes to the views. */
final class ViewStatements {
    private static final int WHOLE_JOB = -1;
    private static final String SCOPE_EVENTS = "dev.millrace.scope.";

    private final Inserts inserts;
    private final DecisionWriters writers = new DecisionWriters();

    ViewStatements(Inserts inserts) {
        this.inserts = inserts;
    }

    /** @param atMs when the decision was put on its topic */
    List<BoundStatement> of(Decision decision, long atMs) {
        var out = new Writes(inserts, decision.sequence());
        keep(decision, atMs, out);
        writers.write(decision, atMs, out);
        return out.statements();
    }

    /** Returns the writes that add a row in the state "queued" for each task of the accepted plan. */
    List<BoundStatement> queued(JobStarted job, Plan plan, long atMs) {
        var out = new Writes(inserts, job.sequence());
        TaskWriters.queued(job, plan, atMs, out);
        return out.statements();
    }

    /**
     * Adds a decision about a job or a task to the log of decisions, unless it only reports progress or is about one of the job's scopes,
     * whose epochs have a view of their own. The result of an attempt is left out, since it is stored with the attempt.
     */
    private static void keep(Decision decision, long atMs, Writes out) {
        String key = decision instanceof TaskCompleted it ? it.taskId() : decision.key();
        boolean ofTask = Ids.isTaskId(key);
        boolean ofScope = EventType.of(decision).wireName().startsWith(SCOPE_EVENTS);
        if (decision instanceof JobProgress || ofScope || !(ofTask || Ids.isJobId(key))) {
            return;
        }
        int index = ofTask ? Ids.indexOfTask(key) : WHOLE_JOB;
        ObjectNode data = Json.MAPPER.valueToTree(decision);
        data.remove("result");
        out.row("decisions", row -> row.set("job_id", ofTask ? Ids.jobOfTask(key) : key)
                .set("bucket", ofTask ? index / Writes.TASKS_PER_BUCKET : 0)
                .set("task_index", index)
                .set("sequence", decision.sequence())
                .set("type", EventType.of(decision).wireName())
                .set("at", atMs)
                .set("data", data.toString()));
    }
}
