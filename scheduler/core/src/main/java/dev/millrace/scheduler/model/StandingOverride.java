package dev.millrace.scheduler.model;

import dev.millrace.schemas.event.ExecutorMarked;
import dev.millrace.schemas.event.Standing;
import org.jspecify.annotations.Nullable;

/**
 * Why an executor gets no work. Durable, and kept when it restarts.
 *
 * @param by an operator, or the scheduler
 * @param onlyAccuser the owner on whose tasks alone the scheduler's suspicion rests; absent if there are several, and in what
 *     earlier versions stored
 */
public record StandingOverride(
        String executorId, Standing standing, String by, String reason, @Nullable String onlyAccuser) {
    /** Whether it ends by itself: what operators say holds until they say otherwise. */
    public boolean isSuspicion() {
        return standing == Standing.SUSPECT && by.equals(ExecutorMarked.BY_SCHEDULER);
    }
}
