package dev.millrace.scheduler.model;

/**
 * An attempt that decides nothing any more and still holds its slots: its process is being ended. Durable, as its task may be
 * forgotten by then.
 *
 * @param cost what its owner was charged for it, in virtual time
 */
public record RevokedAttempt(
        String owner, boolean urgent, boolean brief, String taskId, LiveAttempt attempt, long cost) {
    /** Unique in its pool. */
    public String id() {
        return id(attempt.epoch().sequence());
    }

    public static String id(long epochSequence) {
        return Long.toString(epochSequence);
    }
}
