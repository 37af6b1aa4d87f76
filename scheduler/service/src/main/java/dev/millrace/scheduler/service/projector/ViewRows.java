package dev.millrace.scheduler.service.projector;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.JobCounts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Columns of the rows of jobs, tasks and attempts, by what identifies each. */
final class ViewRows {
    private final Inserts inserts;

    ViewRows(Inserts inserts) {
        this.inserts = inserts;
    }

    void counts(List<BoundStatement> out, String jobId, long sequence, JobCounts c) {
        inserts.add(
                out,
                "jobs",
                "job_id,total,queued,running,passed,failed,flaky,timed_out,infrastructure,cancelled,retried",
                sequence,
                jobId,
                c.total(),
                c.queued(),
                c.running(),
                c.passed(),
                c.failed(),
                c.flaky(),
                c.timedOut(),
                c.infrastructure(),
                c.cancelled(),
                c.retried());
    }

    void job(List<BoundStatement> out, Decision decision, String columns, @Nullable Object... values) {
        inserts.add(out, "jobs", "job_id," + columns, decision.sequence(), values);
    }

    void task(List<BoundStatement> out, String taskId, long sequence, String columns, @Nullable Object... values) {
        int index = Ids.indexOfTask(taskId);
        inserts.add(
                out,
                "tasks",
                "job_id,bucket,task_index," + columns,
                sequence,
                prepend(values, Ids.jobOfTask(taskId), index / ViewStatements.TASKS_PER_BUCKET, index));
    }

    void attempt(
            List<BoundStatement> out,
            String taskId,
            int attempt,
            Epoch epoch,
            long sequence,
            String columns,
            @Nullable Object... values) {
        inserts.add(
                out,
                "attempts",
                "task_id,attempt,epoch," + columns,
                sequence,
                prepend(values, taskId, attempt, epoch.toString()));
    }

    private static @Nullable Object[] prepend(@Nullable Object[] values, Object... first) {
        @Nullable Object[] all = new @Nullable Object[first.length + values.length];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(values, 0, all, first.length, values.length);
        return all;
    }
}
