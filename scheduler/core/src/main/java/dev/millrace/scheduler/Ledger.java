package dev.millrace.scheduler;

import dev.millrace.schemas.event.RetryBudget;
import org.jspecify.annotations.Nullable;

/**
 * What a task has used up.
 *
 * @param attempts placed so far
 * @param lastExecutor the executor of the last attempt, which a retry avoids
 */
public record Ledger(int attempts, int testRetries, int infrastructureRetries, @Nullable String lastExecutor) {
    static final Ledger NEW = new Ledger(0, 0, 0, null);

    Ledger placedOn(String executorId) {
        return new Ledger(attempts + 1, testRetries, infrastructureRetries, executorId);
    }

    Ledger charged(RetryBudget budget) {
        return new Ledger(
                attempts,
                testRetries + (budget == RetryBudget.TEST ? 1 : 0),
                infrastructureRetries + (budget == RetryBudget.INFRASTRUCTURE ? 1 : 0),
                lastExecutor);
    }
}
