package dev.millrace.scheduler.state.quarantine;

import dev.millrace.scheduler.model.RetryRecord;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.schemas.event.Outcome;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The evidence for and against one executor: a sequential test (Page's cumulative sum) of "it fails half of what it should pass" against
 * "it fails no more than the others do". A failure counts once it is confirmed, that is when the same task has passed elsewhere. Until then
 * it only raises doubt. Kept in memory only: a new dispatcher starts without evidence against any executor.
 */
public final class FailureScore {
    /** A verdict that this executor gave, with everything that is needed to run the task again. */
    public record Verdict(TaskInfo task, RetryRecord retryRecord, Outcome outcome, String executorId) {}

    /**
     * The score from which an executor is sick: the natural logarithm of how many times likelier "sick" must be than "healthy". By chance,
     * one in 160,000 healthy executors reaches it.
     */
    private static final double SICK = 12;

    private static final double SICK_FAILS = 0.5;
    private static final int FIRST_DOUBTS = 3;
    private static final int MAX_DOUBTS = 48;
    private static final int REMEMBERED_VERDICTS = 20;
    private static final int REMEMBERED_TESTS = 32;
    private static final int HALVED_AT = 200;

    /**
     * The maximum score from one owner's tasks against an executor that other owners use too. An owner controls its tests, so it can make
     * them fail on any executor that it chooses.
     */
    private static final double MOST_OF_ONE_OWNER = SICK / 2;

    private static final int REMEMBERED_OWNERS = 32;

    private final Deque<Verdict> failedVerdicts = new ArrayDeque<>();
    private final Map<String, String> confirmed = new LinkedHashMap<>();
    private final Set<String> open = new LinkedHashSet<>();

    /** The points that each owner's tasks have added to the score since it was zero. */
    private final Map<String, Double> byOwner = new LinkedHashMap<>();

    /**
     * The owner whose task was the first in the current row of failures, or null, and whether tasks of other owners failed in that row too.
     */
    private @Nullable String firstInRow;

    private boolean severalInRow;
    private double score;
    private int inARow;
    private int doubtsFrom = FIRST_DOUBTS;
    private int ended;
    private int failures;

    /** @param expected the share of attempts on the other executors that fail although the task can pass */
    public void passed(double expected) {
        endRow();
        doubtsFrom = FIRST_DOUBTS;
        observe(0);
        score = Math.max(0, score + Math.log((1 - SICK_FAILS) / (1 - expected)));
        if (score == 0) {
            // The statistical test starts again, so tests that counted against the executor before may count again.
            confirmed.clear();
            byOwner.clear();
        }
    }

    private void endRow() {
        inARow = 0;
        firstInRow = null;
        severalInRow = false;
    }

    /** Notes a failure that may be the fault of the test or of the executor. */
    public void failed(String taskId, String owner) {
        inARow++;
        severalInRow |= firstInRow != null && !firstInRow.equals(owner);
        firstInRow = firstInRow == null ? owner : firstInRow;
        open.add(taskId);
    }

    /** Confirms a failure, because the same task passed elsewhere. Each test counts only once, because the test itself may be flaky. */
    public void confirmed(String taskId, String historyKey, String owner, double expected) {
        if (!open.remove(taskId)) {
            // The executor was exonerated of this failure, or the failure has been forgotten.
            return;
        }
        if (confirmed.put(historyKey, taskId) == null) {
            observe(1);
            double weight = Math.log(SICK_FAILS / expected);
            if (byOwner.containsKey(owner) || byOwner.size() < REMEMBERED_OWNERS) {
                score += weight;
                byOwner.merge(owner, weight, Double::sum);
            }
        }
        if (confirmed.size() > REMEMBERED_TESTS) {
            confirmed.remove(confirmed.keySet().iterator().next());
        }
    }

    /**
     * Clears the executor of a failure, because the same task failed elsewhere as well. Each time this happens, more failures in a row are
     * needed to doubt the executor again.
     */
    public void exonerated(String taskId) {
        if (open.remove(taskId)) {
            endRow();
            doubtsFrom = Math.min(MAX_DOUBTS, 2 * doubtsFrom);
        }
    }

    /**
     * Limits the score that each owner's tasks have added, because several owners use the executor: none of them may make it sick alone.
     */
    public void limitOwners() {
        byOwner.replaceAll((owner, weight) -> {
            score -= Math.max(0, weight - MOST_OF_ONE_OWNER);
            return Math.min(weight, MOST_OF_ONE_OWNER);
        });
        score = Math.max(0, score);
    }

    /**
     * Returns an owner whose tasks alone make the executor sick, that is, it would not be sick if the score from this owner's tasks were
     * limited as in {@link #limitOwners}; null if there is none.
     */
    @Nullable
    public String onlyAccuser() {
        for (Map.Entry<String, Double> owner : byOwner.entrySet()) {
            if (score - Math.max(0, owner.getValue() - MOST_OF_ONE_OWNER) < SICK) {
                return owner.getKey();
            }
        }
        return null;
    }

    private void observe(int failed) {
        ended++;
        failures += failed;
        if (ended >= HALVED_AT) {
            ended /= 2;
            failures /= 2;
        }
    }

    /**
     * Returns the number of attempts that passed, or that failed although the task passed elsewhere. Older attempts count less and less.
     */
    public int ended() {
        return ended;
    }

    public int failures() {
        return failures;
    }

    public boolean isSick() {
        return score >= SICK;
    }

    /** Returns whether it failed so often in a row that its report of a failure is not enough for a verdict. */
    public boolean isDoubted() {
        return inARow >= doubtsFrom;
    }

    /** Forgets an open failure, because no other executor will run the task any more. */
    public void forgetOpen(String taskId) {
        open.remove(taskId);
    }

    public void gaveFailedVerdict(Verdict verdict) {
        failedVerdicts.add(verdict);
        if (failedVerdicts.size() > REMEMBERED_VERDICTS) {
            failedVerdicts.remove();
        }
    }

    /** Returns the last failed verdicts that the executor gave, the oldest first. */
    public Collection<Verdict> failedVerdicts() {
        return failedVerdicts;
    }

    /** Returns the ids of the tasks that count against the executor, the newest last. */
    public List<String> evidence() {
        return List.copyOf(confirmed.values());
    }

    /**
     * Returns whether the executor should get no more tasks until it is known what caused its failures.
     *
     * @param shared whether several owners have work; if so, the failures of a single owner's tasks are not enough
     */
    public boolean isOnProbation(boolean shared) {
        return isDoubted() && !open.isEmpty() && (severalInRow || !shared);
    }

    /** Doubts the executor from its first failure on, because it was sick before. This ends when a task passes on it. */
    public void doubtAtOnce() {
        doubtsFrom = 1;
    }

    /**
     * Ends the probation, because it was not found out in time what caused the failures. The executor is trusted again until it fails as
     * often in a row once more.
     */
    public void endProbation() {
        endRow();
    }
}
