package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import org.jspecify.annotations.Nullable;

/**
 * A client submitted a job. The gateway answers 202 only once this record is on the log.
 *
 * @param specDigest digest of the blob with the complete job spec
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
    /** Creates the event for a job that was not submitted before. */
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

    /** Returns the same event, marked to say that the job may have been submitted before. */
    public JobSubmitted asMaybeRepeated() {
        return new JobSubmitted(jobId, pool, owner, name, project, priority, specDigest, submittedAtMs, true);
    }

    @Override
    public String key() {
        return jobId;
    }
}
