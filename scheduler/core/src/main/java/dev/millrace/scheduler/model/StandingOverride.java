package dev.millrace.scheduler.model;

import dev.millrace.schemas.event.ExecutorMarked;
import dev.millrace.schemas.event.Standing;
import org.jspecify.annotations.Nullable;

/**
 * Why an executor gets no work. Durable, and kept when the executor restarts.
 *
 * @param by who decided this: the name of an operator, or the scheduler
 * @param onlyAccuser the owner whose tasks are the only reason for the scheduler's suspicion; absent if there is no such owner, and in
 *     overrides that earlier versions stored
 */
public record StandingOverride(
        String executorId, Standing standing, String by, String reason, @Nullable String onlyAccuser) {
    /**
     * Returns whether it is a suspicion of the scheduler, which ends by itself. An operator's decision stays until an operator changes it.
     */
    public boolean isSuspicion() {
        return standing == Standing.SUSPECT && by.equals(ExecutorMarked.BY_SCHEDULER);
    }
}
