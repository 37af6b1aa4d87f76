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
 * @param run the run of the task, counted from 0; each run has its own budgets
 * @param attempts the number of attempts so far, in all runs
 * @param earlier how many of these attempts were made before its job was retried
 * @param hedged whether a second attempt was started beside the first in this run; at most one is
 * @param secondOpinion whether it was tried again in this run because its executor was in doubt; this is done at most once
 * @param tried the last {@value #REMEMBERED} executors that ran the task; a retry avoids them
 * @param failedOn the last {@value #REMEMBERED} executors on which it failed in this run
 * @param retryOf test case results of the last attempt that failed in this run and has usable results; a retry runs only the cases that did
 *     not pass in them; null to run all cases
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

    /** Creates the record of a task whose job is retried: the attempt numbers continue, and everything else starts from zero. */
    public static RetryRecord retryOf(int run, int attempts) {
        return new RetryRecord(run, attempts, attempts, 0, 0, false, false, List.of(), List.of(), null);
    }

    /** Returns whether the task has had no attempt since its job arrived or was retried. */
    public boolean isFresh() {
        return attemptsOfRun() == 0;
    }

    /** Returns the number of attempts since its job arrived or was retried. */
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

    /** Returns the record after an attempt that ended without deciding the task. */
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

    /** Sets the test case results that the next retry is based on. If the last attempt has none, the earlier results stay in use. */
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

    /** Returns whether the cause of an outcome may be the executor rather than the test. */
    public static boolean isDoubtful(Outcome outcome) {
        return outcome.budget() == RetryBudget.TEST
                || outcome == Outcome.NOT_STARTED
                || outcome == Outcome.SETUP_FAILED
                || outcome == Outcome.SETUP_UNAVAILABLE
                || outcome == Outcome.INPUTS_UNAVAILABLE
                || outcome == Outcome.EXECUTOR_FAILED;
    }
}
