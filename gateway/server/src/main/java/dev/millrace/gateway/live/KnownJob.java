package dev.millrace.gateway.live;

import dev.millrace.schemas.event.JobAdmitted;
import dev.millrace.schemas.event.JobRetryStarted;
import dev.millrace.schemas.event.JobSubmitted;
import org.jspecify.annotations.Nullable;

/**
 * A job as the hub has seen it. The views may not show it yet.
 *
 * @param submittedAtMs time of the submission, by the clock of the gateway that accepted the job
 * @param run number of the last known run
 * @param reopenedAtMs when the job was last reopened, by the clock of the topics; null if it was never reopened
 * @param phase how much of the last run is certainly on the topics
 */
public record KnownJob(
        String jobId,
        String pool,
        String owner,
        String name,
        String project,
        String priority,
        long submittedAtMs,
        String specDigest,
        int run,
        @Nullable Long reopenedAtMs,
        Phase phase) {
    private static final long FIXED_BYTES = 800;

    /** How much of a run is certainly on the topics. */
    public enum Phase {
        /** Possibly nothing of the run yet. */
        SUBMITTED,
        /** The beginning of the run. */
        BEGUN,
        /** The end of the run. */
        ENDED
    }

    /** Returns an upper estimate of its heap bytes. */
    long bytes() {
        int chars = jobId.length() + pool.length() + owner.length() + name.length() + project.length();
        return 2L * chars + FIXED_BYTES;
    }

    /** Returns the same job in a later run. */
    KnownJob reopened(JobRetryStarted it, long atMs) {
        return with(it.run(), atMs, Phase.BEGUN);
    }

    /** Returns the same job with the phase that it has after {@code frame}, which is on the topics. */
    KnownJob after(Frame frame) {
        boolean begins = frame.envelope().data() instanceof JobAdmitted && phase == Phase.SUBMITTED;
        Phase now = begins ? Phase.BEGUN : frame.ends(run) ? Phase.ENDED : phase;
        return now == phase ? this : with(run, reopenedAtMs, now);
    }

    private KnownJob with(int newRun, @Nullable Long newReopenedAtMs, Phase newPhase) {
        return new KnownJob(
                jobId,
                pool,
                owner,
                name,
                project,
                priority,
                submittedAtMs,
                specDigest,
                newRun,
                newReopenedAtMs,
                newPhase);
    }

    static KnownJob of(JobSubmitted job) {
        return new KnownJob(
                job.jobId(),
                job.pool(),
                job.owner(),
                job.name(),
                job.project(),
                job.priority().wireName(),
                job.submittedAtMs(),
                job.specDigest().hex(),
                0,
                null,
                Phase.SUBMITTED);
    }

    static KnownJob of(JobAdmitted job) {
        return new KnownJob(
                job.jobId(),
                job.pool(),
                job.owner(),
                job.name(),
                job.project(),
                job.priority().wireName(),
                job.submittedAtMs(),
                job.specDigest().hex(),
                0,
                null,
                Phase.SUBMITTED);
    }
}
