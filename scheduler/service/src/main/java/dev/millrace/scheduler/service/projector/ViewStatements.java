package dev.millrace.scheduler.service.projector;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.AttemptDropped;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.EventType;
import dev.millrace.schemas.event.ExecutorJoined;
import dev.millrace.schemas.event.ExecutorMarked;
import dev.millrace.schemas.event.JobAdmitted;
import dev.millrace.schemas.event.JobCancelling;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobProgress;
import dev.millrace.schemas.event.JobRetryStarted;
import dev.millrace.schemas.event.JobStarted;
import dev.millrace.schemas.event.LeaseExpired;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.OwnerQuotaChanged;
import dev.millrace.schemas.event.PoolSettingsChanged;
import dev.millrace.schemas.event.RetryScheduled;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskHedged;
import dev.millrace.schemas.event.TaskPlaced;
import dev.millrace.schemas.event.TaskReopened;
import dev.millrace.schemas.event.TaskStarted;
import dev.millrace.schemas.event.Verdict;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.plan.PlannedTask;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The writes a decision means. Each carries the decision's sequence as its timestamp, so the latest decision wins. */
final class ViewStatements {
    static final int TASKS_PER_BUCKET = 1_000;
    private static final int WHOLE_JOB = -1;

    private final Inserts inserts;
    private final ViewRows rows;

    ViewStatements(Inserts inserts) {
        this.inserts = inserts;
        this.rows = new ViewRows(inserts);
    }

    List<BoundStatement> of(Decision decision, long atMs) {
        var out = new ArrayList<BoundStatement>();
        decision(out, decision, atMs);
        if (decision instanceof JobAdmitted it) {
            rows.job(
                    out,
                    it,
                    "pool,owner,name,project,priority,spec_digest,state,submitted_at",
                    it.jobId(),
                    it.pool(),
                    it.owner(),
                    it.name(),
                    it.project(),
                    it.priority().wireName(),
                    it.specDigest().hex(),
                    "submitted",
                    it.submittedAtMs());
            String day = Instant.ofEpochMilli(it.submittedAtMs())
                    .atOffset(ZoneOffset.UTC)
                    .toLocalDate()
                    .toString();
            inserts.add(
                    out, "jobs_by_day", "day,submitted_at,job_id", it.sequence(), day, it.submittedAtMs(), it.jobId());
        } else if (decision instanceof JobStarted it) {
            rows.job(
                    out,
                    it,
                    "state,plan_digest,total",
                    it.jobId(),
                    "running",
                    it.planDigest().hex(),
                    it.tasks());
        } else if (decision instanceof JobCancelling it) {
            rows.job(out, it, "state,reason", it.jobId(), "cancelling", it.reason());
        } else if (decision instanceof JobRetryStarted it) {
            rows.counts(out, it.jobId(), it.sequence(), it.counts());
            rows.job(
                    out,
                    it,
                    "state,reason,finished_at,run,reopened_at",
                    it.jobId(),
                    "running",
                    null,
                    null,
                    it.run(),
                    atMs);
        } else if (decision instanceof JobProgress it) {
            rows.counts(out, it.jobId(), it.sequence(), it.counts());
            rows.job(out, it, "estimated_end", it.jobId(), it.estimatedEndMs());
        } else if (decision instanceof JobCompleted it) {
            rows.counts(out, it.jobId(), it.sequence(), it.counts());
            rows.job(
                    out,
                    it,
                    "state,reason,finished_at,estimated_end,run",
                    it.jobId(),
                    it.status().wireName(),
                    it.reason(),
                    it.finishedAtMs(),
                    null,
                    it.run());
        } else if (decision instanceof TaskPlaced it) {
            rows.task(
                    out,
                    it.taskId(),
                    it.sequence(),
                    "state,attempts,executor_id",
                    "placed",
                    it.attempt(),
                    it.executorId());
            rows.attempt(
                    out,
                    it.taskId(),
                    it.attempt(),
                    it.epoch(),
                    it.sequence(),
                    "executor_id,state,placed_at",
                    it.executorId(),
                    "placed",
                    atMs);
        } else if (decision instanceof TaskStarted it) {
            rows.task(
                    out,
                    it.taskId(),
                    it.sequence(),
                    "state,executor_id,slot,started_at",
                    "running",
                    it.executorId(),
                    it.slot(),
                    it.startedAtMs());
            rows.attempt(
                    out,
                    it.taskId(),
                    it.attempt(),
                    it.epoch(),
                    it.sequence(),
                    "state,slot,started_at",
                    "running",
                    it.slot(),
                    it.startedAtMs());
        } else if (decision instanceof TaskHedged it) {
            rows.task(out, it.taskId(), it.sequence(), "attempts", it.attempt());
            rows.attempt(
                    out,
                    it.taskId(),
                    it.attempt(),
                    it.epoch(),
                    it.sequence(),
                    "executor_id,state,placed_at",
                    it.executorId(),
                    "placed",
                    atMs);
        } else if (decision instanceof AttemptDropped it) {
            ended(
                    out,
                    it.taskId(),
                    it.attempt(),
                    it.epoch(),
                    it.sequence(),
                    it.outcome(),
                    it.reason(),
                    atMs,
                    it.result());
        } else if (decision instanceof RetryScheduled it) {
            rows.task(
                    out,
                    it.taskId(),
                    it.sequence(),
                    "state,outcome,reason",
                    "queued",
                    it.outcome().wireName(),
                    it.reason());
            ended(
                    out,
                    it.taskId(),
                    it.attempt(),
                    it.epoch(),
                    it.sequence(),
                    it.outcome(),
                    it.reason(),
                    atMs,
                    it.result());
        } else if (decision instanceof TaskReopened it) {
            reopened(out, it);
        } else if (decision instanceof ExecutorJoined
                || decision instanceof ExecutorMarked
                || decision instanceof LeaseExpired) {
            ExecutorStatements.add(inserts, out, decision, atMs);
        } else if (decision instanceof TaskCompleted it) {
            completed(out, it);
        } else if (decision instanceof PoolSettingsChanged it) {
            inserts.add(
                    out,
                    "pools",
                    "pool,urgent_share_percent,hedge_percent,changed_by",
                    it.sequence(),
                    it.pool(),
                    it.urgentSharePercent(),
                    it.hedgePercent(),
                    it.by());
        } else if (decision instanceof OwnerQuotaChanged it) {
            inserts.add(
                    out,
                    "pool_owners",
                    "pool,owner,weight,max_slots,changed_by",
                    it.sequence(),
                    it.pool(),
                    it.owner(),
                    it.weight(),
                    it.maxSlots(),
                    it.by());
        }
        return out;
    }

    /** Keeps the decision itself, for whoever asks why. The result of an attempt is kept with the attempt. */
    private void decision(List<BoundStatement> out, Decision decision, long atMs) {
        String key = decision instanceof TaskCompleted it ? it.taskId() : decision.key();
        boolean ofTask = Ids.isTaskId(key);
        if (decision instanceof JobProgress || !(ofTask || Ids.isJobId(key))) {
            return;
        }
        int index = ofTask ? Ids.indexOfTask(key) : WHOLE_JOB;
        ObjectNode data = Json.MAPPER.valueToTree(decision);
        data.remove("result");
        inserts.add(
                out,
                "decisions",
                "job_id,bucket,task_index,sequence,type,at,data",
                decision.sequence(),
                ofTask ? Ids.jobOfTask(key) : key,
                ofTask ? index / TASKS_PER_BUCKET : 0,
                index,
                decision.sequence(),
                EventType.of(decision).wireName(),
                atMs,
                data.toString());
    }

    /** The rows of tasks that wait, from the accepted plan. */
    List<BoundStatement> queued(JobStarted job, Plan plan, long atMs) {
        var out = new ArrayList<BoundStatement>();
        for (PlannedTask task : plan.tasks()) {
            String suite = task.suite() == null ? "-" : task.suite();
            rows.task(
                    out,
                    Ids.taskId(job.jobId(), task.index()),
                    job.sequence(),
                    "task_id,name,history_key,state,gating,known_flaky,estimate_ms,estimate_source,queued_at,attempts",
                    Ids.taskId(job.jobId(), task.index()),
                    task.name(),
                    plan.project() + "/" + suite + "/" + task.test(),
                    "queued",
                    task.gating(),
                    task.knownFlaky() == null
                            ? null
                            : Json.MAPPER.valueToTree(task.knownFlaky()).toString(),
                    task.estimateMs(),
                    task.estimateSource(),
                    atMs,
                    0);
        }
        return out;
    }

    private void reopened(List<BoundStatement> out, TaskReopened it) {
        rows.task(
                out,
                it.taskId(),
                it.sequence(),
                "run,state,verdict,outcome,reason,flaky,decided_by,started_at,finished_at,duration_ms,result",
                it.run(),
                "queued",
                null,
                null,
                it.reason(),
                false,
                null,
                null,
                null,
                null,
                null);
        inserts.remove(
                out,
                "tasks_not_passed",
                List.of("job_id", "task_index"),
                it.sequence(),
                it.jobId(),
                Ids.indexOfTask(it.taskId()));
    }

    private void completed(List<BoundStatement> out, TaskCompleted it) {
        AttemptResult result = it.result();
        rows.task(
                out,
                it.taskId(),
                it.sequence(),
                "run,task_id,name,history_key,state,verdict,outcome,reason,attempts,decided_by,flaky,gating,executor_id,"
                        + "queued_at,started_at,finished_at,duration_ms,result",
                it.run(),
                it.taskId(),
                it.name(),
                it.historyKey(),
                "done",
                it.verdict().wireName(),
                it.outcome().wireName(),
                it.reason(),
                it.attempts(),
                it.epoch() == null ? null : decidedBy(it),
                it.flaky(),
                it.gating(),
                it.executorId(),
                it.queuedAtMs(),
                result == null ? null : result.startedAtMs(),
                it.finishedAtMs(),
                result == null ? null : result.durationMs(),
                json(result));
        if (it.verdict() != Verdict.PASSED) {
            inserts.add(
                    out,
                    "tasks_not_passed",
                    "job_id,task_index,task_id,name,verdict,outcome,reason",
                    it.sequence(),
                    it.jobId(),
                    it.index(),
                    it.taskId(),
                    it.name(),
                    it.verdict().wireName(),
                    it.outcome().wireName(),
                    it.reason());
        }
        if (it.epoch() != null) {
            ended(
                    out,
                    it.taskId(),
                    decidedBy(it),
                    it.epoch(),
                    it.sequence(),
                    it.outcome(),
                    it.reason(),
                    it.finishedAtMs(),
                    result);
        }
    }

    private static int decidedBy(TaskCompleted it) {
        return it.decidedBy() == null ? it.attempts() : it.decidedBy();
    }

    private void ended(
            List<BoundStatement> out,
            String taskId,
            int attempt,
            Epoch epoch,
            long sequence,
            Outcome outcome,
            String reason,
            long atMs,
            @Nullable AttemptResult result) {
        rows.attempt(
                out,
                taskId,
                attempt,
                epoch,
                sequence,
                "state,outcome,reason,finished_at,result",
                "done",
                outcome.wireName(),
                reason,
                atMs,
                json(result));
        if (result != null && result.slot() != null) {
            // A brief task reports its start with its end.
            rows.attempt(out, taskId, attempt, epoch, sequence, "slot,started_at", result.slot(), result.startedAtMs());
        }
    }

    private static @Nullable String json(@Nullable AttemptResult result) {
        try {
            return result == null ? null : Json.MAPPER.writeValueAsString(result);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("results are always writable as JSON", e);
        }
    }
}
