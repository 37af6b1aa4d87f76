package dev.millrace.scheduler;

import dev.millrace.schemas.event.RetryBudget;
import java.util.ArrayList;
import java.util.List;

/**
 * What a task has used up.
 *
 * @param attempts placed so far
 * @param tried executors of the attempts so far, the last {@value #REMEMBERED}, which a retry avoids
 */
public record Ledger(int attempts, int testRetries, int infrastructureRetries, List<String> tried) {
    private static final int REMEMBERED = 4;

    static final Ledger NEW = new Ledger(0, 0, 0, List.of());

    /** Absent in what earlier versions stored. */
    public Ledger {
        tried = tried == null ? List.of() : List.copyOf(tried);
    }

    Ledger placedOn(String executorId) {
        var all = new ArrayList<>(tried);
        all.remove(executorId);
        all.add(executorId);
        return new Ledger(
                attempts + 1,
                testRetries,
                infrastructureRetries,
                all.subList(Math.max(0, all.size() - REMEMBERED), all.size()));
    }

    Ledger charged(RetryBudget budget) {
        return new Ledger(
                attempts,
                testRetries + (budget == RetryBudget.TEST ? 1 : 0),
                infrastructureRetries + (budget == RetryBudget.INFRASTRUCTURE ? 1 : 0),
                tried);
    }
}
