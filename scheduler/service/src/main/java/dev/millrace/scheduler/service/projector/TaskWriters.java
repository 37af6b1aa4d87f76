package dev.millrace.scheduler.service.projector;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.AttemptDropped;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.JobStarted;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.RetryScheduled;
import dev.millrace.schemas.event.Role;
import dev.millrace.schemas.event.ScopeRules;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskHedged;
import dev.millrace.schemas.event.TaskPlaced;
import dev.millrace.schemas.event.TaskReopened;
import dev.millrace.schemas.event.TaskStarted;
import dev.millrace.schemas.event.Verdict;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.plan.PlannedTask;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/** Writes the views of tasks and of their attempts, and the list of the tasks that did not pass. */
final class TaskWriters {
    private static final String NOT_PASSED = "tasks_not_passed";

    private TaskWriters() {}

    static void register(DecisionWriters all) {
        all.on(TaskPlaced.class, (it, atMs, out) -> {
            out.task(it.taskId(), row -> row.set("state", "placed")
                    .set("attempts", it.attempt())
                    .set("executor_id", it.executorId()));
            placed(it.taskId(), it.attempt(), it.epoch(), it.executorId(), atMs, out);
        });
        all.on(TaskStarted.class, TaskWriters::started);
        all.on(TaskHedged.class, (it, atMs, out) -> {
            out.task(it.taskId(), row -> row.set("attempts", it.attempt()));
            placed(it.taskId(), it.attempt(), it.epoch(), it.executorId(), atMs, out);
        });
        all.on(
                AttemptDropped.class,
                (it, atMs, out) -> ended(
                        it.taskId(), it.attempt(), it.epoch(), it.outcome(), it.reason(), atMs, it.result(), out));
        all.on(RetryScheduled.class, (it, atMs, out) -> {
            out.task(it.taskId(), row -> row.set("state", "queued")
                    .set("outcome", it.outcome().wireName())
                    .set("reason", it.reason()));
            ended(it.taskId(), it.attempt(), it.epoch(), it.outcome(), it.reason(), atMs, it.result(), out);
        });
        all.on(TaskReopened.class, TaskWriters::reopened);
        all.on(TaskCompleted.class, TaskWriters::completed);
    }

    /** Adds a row in the state "queued" for each task of the accepted plan. */
    static void queued(JobStarted job, Plan plan, long atMs, Writes out) {
        for (PlannedTask task : plan.tasks()) {
            String taskId = Ids.taskId(job.jobId(), task.index());
            String suite = task.suite() == null ? "-" : task.suite();
            Object flaky = task.knownFlaky() == null
                    ? null
                    : Json.MAPPER.valueToTree(task.knownFlaky()).toString();
            out.task(taskId, row -> row.set("task_id", taskId)
                    .set("name", task.name())
                    .set("history_key", plan.project() + "/" + suite + "/" + task.test())
                    .set("state", "queued")
                    .set("gating", task.gating())
                    .set("known_flaky", flaky)
                    .set("estimate_ms", task.estimateMs())
                    .set("estimate_source", task.estimateSource())
                    .set("queued_at", atMs)
                    .set("attempts", 0));
            if (task.scope() != null) {
                ofScope(taskId, task.scope().id(), task.scope().role(), out);
                ScopeRules rules = task.scope().rules();
                if (rules != null) {
                    ScopeWriters.planned(job.jobId(), task, task.scope(), rules, atMs, out);
                }
            }
        }
    }

    private static void placed(String taskId, int attempt, Epoch epoch, String executorId, long atMs, Writes out) {
        out.attempt(taskId, attempt, epoch, row -> row.set("executor_id", executorId)
                .set("state", "placed")
                .set("placed_at", atMs));
    }

    private static void started(TaskStarted it, long atMs, Writes out) {
        out.task(it.taskId(), row -> row.set("state", "running")
                .set("executor_id", it.executorId())
                .set("slot", it.slot())
                .set("started_at", it.startedAtMs()));
        out.attempt(it.taskId(), it.attempt(), it.epoch(), row -> row.set("state", "running")
                .set("slot", it.slot())
                .set("started_at", it.startedAtMs()));
    }

    private static void reopened(TaskReopened it, long atMs, Writes out) {
        out.task(it.taskId(), row -> row.set("run", it.run())
                .set("state", "queued")
                .set("verdict", null)
                .set("outcome", null)
                .set("reason", it.reason())
                .set("flaky", false)
                .set("decided_by", null)
                .set("started_at", null)
                .set("finished_at", null)
                .set("duration_ms", null)
                .set("result", null));
        var key = new LinkedHashMap<String, Object>();
        key.put("job_id", it.jobId());
        key.put("task_index", Ids.indexOfTask(it.taskId()));
        out.remove(NOT_PASSED, key);
    }

    private static void completed(TaskCompleted it, long atMs, Writes out) {
        AttemptResult result = it.result();
        out.task(it.taskId(), row -> row.set("run", it.run())
                .set("task_id", it.taskId())
                .set("name", it.name())
                .set("history_key", it.historyKey())
                .set("state", "done")
                .set("verdict", it.verdict().wireName())
                .set("outcome", it.outcome().wireName())
                .set("reason", it.reason())
                .set("attempts", it.attempts())
                .set("decided_by", it.epoch() == null ? null : decidedBy(it))
                .set("flaky", it.flaky())
                .set("gating", it.gating())
                .set("executor_id", it.executorId())
                .set("queued_at", it.queuedAtMs())
                .set("started_at", result == null ? null : result.startedAtMs())
                .set("finished_at", it.finishedAtMs())
                .set("duration_ms", result == null ? null : result.durationMs())
                .set("result", json(result)));
        if (it.scope() != null) {
            ofScope(it.taskId(), it.scope(), it.role(), out);
        }
        if (it.verdict() != Verdict.PASSED) {
            out.row(NOT_PASSED, row -> row.set("job_id", it.jobId())
                    .set("task_index", it.index())
                    .set("task_id", it.taskId())
                    .set("name", it.name())
                    .set("verdict", it.verdict().wireName())
                    .set("outcome", it.outcome().wireName())
                    .set("reason", it.reason()));
        }
        if (it.epoch() != null) {
            ended(it.taskId(), decidedBy(it), it.epoch(), it.outcome(), it.reason(), it.finishedAtMs(), result, out);
        }
    }

    private static int decidedBy(TaskCompleted it) {
        return it.decidedBy() == null ? it.attempts() : it.decidedBy();
    }

    private static void ended(
            String taskId,
            int attempt,
            Epoch epoch,
            Outcome outcome,
            String reason,
            long atMs,
            @Nullable AttemptResult result,
            Writes out) {
        out.attempt(taskId, attempt, epoch, row -> row.set("state", "done")
                .set("outcome", outcome.wireName())
                .set("reason", reason)
                .set("finished_at", atMs)
                .set("result", json(result)));
        if (result != null && result.slot() != null) {
            // A short task reports its start together with its end.
            out.attempt(taskId, attempt, epoch, row -> row.set("slot", result.slot())
                    .set("started_at", result.startedAtMs()));
        }
    }

    private static void ofScope(String taskId, String scope, @Nullable Role role, Writes out) {
        out.task(taskId, row -> row.set("scope", scope).set("role", role == null ? null : role.wireName()));
    }

    private static @Nullable String json(@Nullable AttemptResult result) {
        try {
            return result == null ? null : Json.MAPPER.writeValueAsString(result);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("results are always writable as JSON", e);
        }
    }
}
