package dev.millrace.scheduler;

import dev.millrace.schemas.event.RetryBudget;
import java.util.ArrayList;
import java.util.List;

/**
 * What a task has used up.
 *
 * @param attempts placed so far
 * @param hedged whether it had a second attempt beside the first; there is one at most
 * @param tried executors of the attempts so far, the last {@value #REMEMBERED}, which a retry avoids
 */
public record Ledger(int attempts, int testRetries, int infrastructureRetries, boolean hedged, List<String> tried) {
    private static final int REMEMBERED = 4;

    static final Ledger NEW = new Ledger(0, 0, 0, false, List.of());

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
                hedged,
                all.subList(Math.max(0, all.size() - REMEMBERED), all.size()));
    }

    Ledger withHedge() {
        return new Ledger(attempts, testRetries, infrastructureRetries, true, tried);
    }

    Ledger charged(RetryBudget budget) {
        return new Ledger(
                attempts,
                testRetries + (budget == RetryBudget.TEST ? 1 : 0),
                infrastructureRetries + (budget == RetryBudget.INFRASTRUCTURE ? 1 : 0),
                hedged,
                tried);
    }
}
