package dev.millrace.scheduler.model;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.RetryBudget;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The retries and attempts that a task has used up.
 *
 * @param run counts the times it was opened again, from 0; the budgets are per run
 * @param attempts placed so far, in all runs
 * @param earlier how many of them before its job was retried
 * @param hedged whether it had a second attempt beside the first; there is one at most
 * @param secondOpinion whether it was tried again because nobody trusted its executor; that is done once
 * @param tried executors of the attempts so far, the last {@value #REMEMBERED}, which a retry avoids
 * @param failedOn executors where it failed in this run, the last {@value #REMEMBERED}
 * @param retryOf results of the test cases of the attempt that failed last in this run; a retry runs what did not pass in them;
 *     null for all
 */
public record RetryRecord(
        int run,
        int attempts,
        int earlier,
        int testRetries,
        int infrastructureRetries,
        boolean hedged,
        boolean secondOpinion,
        List<String> tried,
        List<String> failedOn,
        @Nullable Digest retryOf) {
    private static final int REMEMBERED = 4;

    /** The record of a task that was never placed. */
    public static final RetryRecord NEW = new RetryRecord(0, 0, 0, 0, 0, false, false, List.of(), List.of(), null);

    public RetryRecord {
        tried = List.copyOf(tried);
        failedOn = List.copyOf(failedOn);
    }

    /** Makes the record of a task whose job runs again: numbers of attempts go on, everything else begins anew. */
    public static RetryRecord retryOf(int run, int attempts) {
        return new RetryRecord(run, attempts, attempts, 0, 0, false, false, List.of(), List.of(), null);
    }

    /** Whether nobody has waited for it yet but since its job arrived, or was retried. */
    public boolean isFresh() {
        return attemptsOfRun() == 0;
    }

    /** Attempts since its job arrived, or was retried. */
    public int attemptsOfRun() {
        return attempts - earlier;
    }

    RetryRecord placedOn(String executorId) {
        return new RetryRecord(
                run,
                attempts + 1,
                earlier,
                testRetries,
                infrastructureRetries,
                hedged,
                secondOpinion,
                with(tried, executorId),
                failedOn,
                retryOf);
    }

    RetryRecord withHedge() {
        return new RetryRecord(
                run,
                attempts,
                earlier,
                testRetries,
                infrastructureRetries,
                true,
                secondOpinion,
                tried,
                failedOn,
                retryOf);
    }

    /** After an attempt that did not decide the task. */
    RetryRecord charged(String executorId, Outcome outcome, RetryBudget budget) {
        boolean doubtful = isDoubtful(outcome);
        return new RetryRecord(
                run,
                attempts,
                earlier,
                testRetries + (budget == RetryBudget.TEST ? 1 : 0),
                infrastructureRetries + (budget == RetryBudget.INFRASTRUCTURE ? 1 : 0),
                hedged,
                secondOpinion || (doubtful && budget == RetryBudget.FREE),
                tried,
                doubtful ? with(failedOn, executorId) : failedOn,
                retryOf);
    }

    /** Whose failures a retry is about; what an attempt without results left to do stays so. */
    RetryRecord retrying(@Nullable Digest cases) {
        return cases == null
                ? this
                : new RetryRecord(
                        run,
                        attempts,
                        earlier,
                        testRetries,
                        infrastructureRetries,
                        hedged,
                        secondOpinion,
                        tried,
                        failedOn,
                        cases);
    }

    public RetryRecord reopened() {
        return new RetryRecord(run + 1, attempts, earlier, 0, 0, false, false, tried, List.of(), null);
    }

    private static List<String> with(List<String> list, String last) {
        if (list.isEmpty()) {
            return List.of(last);
        }
        var all = new ArrayList<>(list);
        all.remove(last);
        all.add(last);
        return all.subList(Math.max(0, all.size() - REMEMBERED), all.size());
    }

    /** Whether an outcome may be the executor's fault as well as the test's. */
    public static boolean isDoubtful(Outcome outcome) {
        return outcome.budget() == RetryBudget.TEST
                || outcome == Outcome.NOT_STARTED
                || outcome == Outcome.SETUP_FAILED
                || outcome == Outcome.INPUTS_UNAVAILABLE
                || outcome == Outcome.EXECUTOR_FAILED;
    }
}
