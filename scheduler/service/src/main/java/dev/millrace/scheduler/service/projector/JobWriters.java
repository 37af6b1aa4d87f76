package dev.millrace.scheduler.service.projector;

import dev.millrace.schemas.event.JobAdmitted;
import dev.millrace.schemas.event.JobCancelling;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobCounts;
import dev.millrace.schemas.event.JobProgress;
import dev.millrace.schemas.event.JobRetryStarted;
import dev.millrace.schemas.event.JobStarted;
import java.time.Instant;
import java.time.ZoneOffset;

/** Writes the view of jobs and the list of the jobs of each day. */
final class JobWriters {
    private JobWriters() {}

    static void register(DecisionWriters all) {
        all.on(JobAdmitted.class, JobWriters::admitted);
        all.on(
                JobStarted.class,
                (it, atMs, out) -> out.job(it.jobId(), row -> row.set("state", "running")
                        .set("plan_digest", it.planDigest().hex())
                        .set("total", it.tasks())
                        .set("scopes", it.scopes() == null ? 0 : it.scopes())));
        all.on(
                JobCancelling.class,
                (it, atMs, out) -> out.job(
                        it.jobId(), row -> row.set("state", "cancelling").set("reason", it.reason())));
        all.on(JobRetryStarted.class, JobWriters::retryStarted);
        all.on(JobProgress.class, (it, atMs, out) -> {
            counts(it.jobId(), it.counts(), out);
            out.job(it.jobId(), row -> row.set("estimated_end", it.estimatedEndMs()));
        });
        all.on(JobCompleted.class, JobWriters::completed);
    }

    private static void admitted(JobAdmitted it, long atMs, Writes out) {
        out.job(it.jobId(), row -> row.set("pool", it.pool())
                .set("owner", it.owner())
                .set("name", it.name())
                .set("project", it.project())
                .set("priority", it.priority().wireName())
                .set("spec_digest", it.specDigest().hex())
                .set("state", "submitted")
                .set("submitted_at", it.submittedAtMs()));
        String day = Instant.ofEpochMilli(it.submittedAtMs())
                .atOffset(ZoneOffset.UTC)
                .toLocalDate()
                .toString();
        out.row("jobs_by_day", row -> row.set("day", day)
                .set("submitted_at", it.submittedAtMs())
                .set("job_id", it.jobId()));
    }

    private static void retryStarted(JobRetryStarted it, long atMs, Writes out) {
        counts(it.jobId(), it.counts(), out);
        out.job(it.jobId(), row -> row.set("state", "running")
                .set("reason", null)
                .set("finished_at", null)
                .set("run", it.run())
                .set("reopened_at", atMs));
    }

    private static void completed(JobCompleted it, long atMs, Writes out) {
        counts(it.jobId(), it.counts(), out);
        out.job(it.jobId(), row -> row.set("state", it.status().wireName())
                .set("reason", it.reason())
                .set("finished_at", it.finishedAtMs())
                .set("estimated_end", null)
                .set("run", it.run()));
    }

    private static void counts(String jobId, JobCounts counts, Writes out) {
        out.job(jobId, row -> row.set("total", counts.total())
                .set("queued", counts.queued())
                .set("running", counts.running())
                .set("passed", counts.passed())
                .set("failed", counts.failed())
                .set("flaky", counts.flaky())
                .set("timed_out", counts.timedOut())
                .set("infrastructure", counts.infrastructure())
                .set("cancelled", counts.cancelled())
                .set("retried", counts.retried()));
    }
}
