package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import org.jspecify.annotations.Nullable;

/**
 * A client submitted a job. A 202 means that this record is on the log.
 *
 * @param specDigest blob with the complete job spec
 * @param maybeRepeated true if the gateway could not find out whether the job was submitted before; absent otherwise
 */
public record JobSubmitted(
        String jobId,
        String pool,
        String owner,
        String name,
        String project,
        Priority priority,
        Digest specDigest,
        long submittedAtMs,
        @Nullable Boolean maybeRepeated)
        implements Request, OfJob {
    /** A job that was not submitted before. */
    public JobSubmitted(
            String jobId,
            String pool,
            String owner,
            String name,
            String project,
            Priority priority,
            Digest specDigest,
            long submittedAtMs) {
        this(jobId, pool, owner, name, project, priority, specDigest, submittedAtMs, null);
    }

    /** The same job, of which nobody knows whether it was submitted before. */
    public JobSubmitted asMaybeRepeated() {
        return new JobSubmitted(jobId, pool, owner, name, project, priority, specDigest, submittedAtMs, true);
    }

    @Override
    public String key() {
        return jobId;
    }
}
