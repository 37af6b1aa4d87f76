package dev.millrace.scheduler.model;

import org.jspecify.annotations.Nullable;

/**
 * An attempt that can no longer decide its task but still holds its slots, because its process is being stopped. Durable, because its task
 * may be forgotten before the slots are free.
 *
 * @param scopeKey key of the scope whose tear-down waits for it; null for none
 * @param cost what its owner was charged for the attempt, in virtual time
 */
public record RevokedAttempt(
        String owner,
        boolean urgent,
        boolean brief,
        String taskId,
        LiveAttempt attempt,
        long cost,
        @Nullable String scopeKey) {
    /** Returns an id that is unique in the pool. */
    public String id() {
        return id(attempt.epoch().sequence());
    }

    public static String id(long epochSequence) {
        return Long.toString(epochSequence);
    }
}
