package dev.millrace.scheduler;

import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.AttemptFinished;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorOnline;
import dev.millrace.schemas.event.JobCancelRequested;
import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobRejected;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.RetryOf;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.event.Tick;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Creates events, ids and tasks for tests. */
public final class Fixtures {
    public static final String POOL = "default";

    private Fixtures() {}

    public static String job(int number) {
        return Ids.jobId("owner", "job-" + number);
    }

    public static Digest plan(String jobId) {
        return Digest.of(jobId.getBytes(StandardCharsets.UTF_8));
    }

    public static Digest spec(String jobId) {
        return Digest.of(("spec of " + jobId).getBytes(StandardCharsets.UTF_8));
    }

    public static JobSubmitted submitted(String jobId) {
        return new JobSubmitted(jobId, POOL, "owner", "name", "project", Priority.NORMAL, spec(jobId), 1_000);
    }

    public static JobPlanned planned(String jobId, int tasks) {
        return planned(jobId, tasks, Priority.NORMAL);
    }

    public static JobPlanned planned(String jobId, int tasks, Priority priority) {
        return new JobPlanned(
                jobId, POOL, "owner", "name", "project", priority, spec(jobId), plan(jobId), tasks, 1_000, null, null);
    }

    public static TaskQueued queued(String jobId, int index, long estimateMs, int retries) {
        return queued(jobId, index, estimateMs, null, retries, null, null);
    }

    public static TaskQueued queued(String jobId, int index, long estimateMs, Needs needs) {
        return queued(jobId, index, estimateMs, null, 0, null, needs);
    }

    public static TaskQueued queued(
            String jobId, int index, long estimateMs, long upperMs, int retries, boolean repeatable) {
        return queued(jobId, index, estimateMs, upperMs, retries, repeatable, null);
    }

    public static TaskQueued queued(
            String jobId,
            int index,
            long estimateMs,
            @Nullable Long upperMs,
            int retries,
            @Nullable Boolean repeatable,
            @Nullable Needs needs) {
        return new TaskQueued(
                Ids.taskId(jobId, index),
                jobId,
                POOL,
                index,
                plan(jobId),
                "t" + index,
                "project/-/t" + index,
                estimateMs,
                upperMs,
                "test",
                retries,
                true,
                repeatable,
                needs,
                null);
    }

    /** Returns the same task for a later run of its job. */
    public static TaskQueued retryOf(TaskQueued it, RetryOf retryOf) {
        return new TaskQueued(
                it.taskId(),
                it.jobId(),
                it.pool(),
                it.index(),
                it.planDigest(),
                it.name(),
                it.historyKey(),
                it.estimateMs(),
                it.estimateUpperMs(),
                it.estimateSource(),
                it.retries(),
                it.gating(),
                it.repeatable(),
                it.needs(),
                retryOf,
                it.scope(),
                it.role(),
                it.scopeRules());
    }

    /** Returns the events of a whole job: its submission, its plan and its tasks. */
    public static List<Event> wholeJob(String jobId, int retries, long... estimatesMs) {
        var events = new ArrayList<Event>();
        events.add(submitted(jobId));
        events.add(planned(jobId, estimatesMs.length));
        for (int i = 0; i < estimatesMs.length; i++) {
            events.add(queued(jobId, i, estimatesMs[i], retries));
        }
        return events;
    }

    /**
     * Returns the events of a whole job of this owner. {@code failFast} is the number of failures after which the job is given up; 0 means
     * no limit.
     */
    public static List<Event> wholeJob(
            String jobId, String owner, Priority priority, int failFast, int retries, long... estimatesMs) {
        var events = new ArrayList<Event>();
        events.add(new JobSubmitted(jobId, POOL, owner, "name", "project", priority, spec(jobId), 1_000));
        events.add(new JobPlanned(
                jobId,
                POOL,
                owner,
                "name",
                "project",
                priority,
                spec(jobId),
                plan(jobId),
                estimatesMs.length,
                1_000,
                failFast == 0 ? null : failFast,
                null));
        for (int i = 0; i < estimatesMs.length; i++) {
            events.add(queued(jobId, i, estimatesMs[i], retries));
        }
        return events;
    }

    public static JobRejected rejected(String jobId) {
        return new JobRejected(
                jobId, POOL, "owner", "name", "project", Priority.NORMAL, spec(jobId), "no such class", 1_000);
    }

    public static JobCancelRequested cancel(String jobId) {
        return new JobCancelRequested(jobId, POOL, "owner", "not wanted any more");
    }

    public static ExecutorOnline online(String id, String incarnation, int slots) {
        return new ExecutorOnline(id, POOL, incarnation, slots, "host", Map.of(), null, null);
    }

    /** Returns the key of the first attempt of this task of job 1. */
    public static AttemptKey key(int task) {
        return new AttemptKey(Ids.taskId(job(1), task), 1, new Epoch(1, task));
    }

    public static TaskInfo taskNeeding(Needs needs) {
        return task(1, 0, "owner", Priority.NORMAL, 5_000, needs);
    }

    public static TaskInfo task(int job, int index, String owner, Priority priority, long estimateMs, Needs needs) {
        String jobId = job(job);
        return new TaskInfo(
                Ids.taskId(jobId, index),
                jobId,
                index,
                plan(jobId),
                "t" + index,
                "project/-/t" + index,
                "project",
                owner,
                priority,
                job,
                estimateMs,
                2 * estimateMs,
                "test",
                0,
                true,
                true,
                needs,
                0,
                null,
                null);
    }

    public static Tick tick() {
        return new Tick(0, 1, 0);
    }

    public static AttemptResult result(Outcome outcome) {
        return AttemptResult.empty(outcome, outcome == Outcome.PASSED ? 0 : 1, null, 0, 10);
    }

    public static AttemptFinished finished(TaskDispatched it, Outcome outcome) {
        return new AttemptFinished(
                it.taskId(),
                it.jobId(),
                it.pool(),
                it.attempt(),
                it.epoch(),
                it.executorId(),
                it.incarnation(),
                result(outcome));
    }
}
