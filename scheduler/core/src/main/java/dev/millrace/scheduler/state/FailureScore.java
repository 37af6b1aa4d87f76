package dev.millrace.scheduler.state;

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
 * The evidence for and against one executor: a sequential test (Page's cumulative sum) of "it fails half of what it should
 * pass" against "it fails no more than the others do". Failures count once they are confirmed, which is when the same task
 * passed elsewhere; until then they are only doubts. Kept in memory: a new dispatcher starts without prejudice.
 */
public final class FailureScore {
    /** A verdict this executor gave, with what is needed to run the task again. */
    public record Verdict(TaskInfo task, RetryRecord retryRecord, Outcome outcome, String executorId) {}

    /** Natural logarithm of how much likelier "sick" must be; one in 160,000 healthy ones by chance. */
    private static final double SICK = 12;

    private static final double SICK_FAILS = 0.5;
    private static final int FIRST_DOUBTS = 3;
    private static final int MAX_DOUBTS = 48;
    private static final int REMEMBERED_VERDICTS = 20;
    private static final int REMEMBERED_TESTS = 32;
    private static final int HALVED_AT = 200;

    /** Most that one owner's tasks may say against an executor that others use: its tests fail where it likes. */
    private static final double MOST_OF_ONE_OWNER = SICK / 2;

    private static final int REMEMBERED_OWNERS = 32;

    private final Deque<Verdict> failedVerdicts = new ArrayDeque<>();
    private final Map<String, String> confirmed = new LinkedHashMap<>();
    private final Set<String> open = new LinkedHashSet<>();

    /** The points that each owner's tasks have added to the score since it was zero. */
    private final Map<String, Double> byOwner = new LinkedHashMap<>();

    /** Whose failure was the first in a row, and whether others followed. */
    private @Nullable String firstInRow;

    private boolean severalInRow;
    private double score;
    private int inARow;
    private int doubtsFrom = FIRST_DOUBTS;
    private int ended;
    private int failures;

    /** @param expected share of attempts that fail though they need not, among the others */
    void passed(double expected) {
        endRow();
        doubtsFrom = FIRST_DOUBTS;
        observe(0);
        score = Math.max(0, score + Math.log((1 - SICK_FAILS) / (1 - expected)));
        if (score == 0) {
            // The test begins anew, so what spoke against it before may speak again.
            confirmed.clear();
            byOwner.clear();
        }
    }

    private void endRow() {
        inARow = 0;
        firstInRow = null;
        severalInRow = false;
    }

    /** A failure that may be the test's or the executor's. */
    void failed(String taskId, String owner) {
        inARow++;
        severalInRow |= firstInRow != null && !firstInRow.equals(owner);
        firstInRow = firstInRow == null ? owner : firstInRow;
        open.add(taskId);
    }

    /** The same task passed elsewhere. A test counts once: it may be the one that is flaky. */
    void confirmed(String taskId, String historyKey, String owner, double expected) {
        if (!open.remove(taskId)) {
            // It was cleared of this one, or nobody remembers it.
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

    /** The same task failed elsewhere as well: each time it takes more to doubt this executor again. */
    void exonerated(String taskId) {
        if (open.remove(taskId)) {
            endRow();
            doubtsFrom = Math.min(MAX_DOUBTS, 2 * doubtsFrom);
        }
    }

    /** Others use the executor too, so no owner may condemn it alone. */
    void limitOwners() {
        byOwner.replaceAll((owner, weight) -> {
            score -= Math.max(0, weight - MOST_OF_ONE_OWNER);
            return Math.min(weight, MOST_OF_ONE_OWNER);
        });
        score = Math.max(0, score);
    }

    /** The owner without whose tasks it would not be sick; null if several say so. */
    @Nullable
    String onlyAccuser() {
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

    /** Attempts that passed, or failed though they need not; the older ones fade. */
    int ended() {
        return ended;
    }

    int failures() {
        return failures;
    }

    boolean isSick() {
        return score >= SICK;
    }

    /** Whether it failed so often in a row that its word alone is not enough. */
    public boolean isDoubted() {
        return inARow >= doubtsFrom;
    }

    /** Nobody will say any more. */
    void forgetOpen(String taskId) {
        open.remove(taskId);
    }

    void gaveFailedVerdict(Verdict verdict) {
        failedVerdicts.add(verdict);
        if (failedVerdicts.size() > REMEMBERED_VERDICTS) {
            failedVerdicts.remove();
        }
    }

    /** The last failed verdicts, the oldest first. */
    Collection<Verdict> failedVerdicts() {
        return failedVerdicts;
    }

    /** Tasks that speak against it, the newest last. */
    public List<String> evidence() {
        return List.copyOf(confirmed.values());
    }

    /**
     * Whether it had better get no more until it is known what its failures were.
     *
     * @param shared whether several owners have work; then one alone does not take the executor from the others
     */
    boolean isOnProbation(boolean shared) {
        return isDoubted() && !open.isEmpty() && (severalInRow || !shared);
    }

    /** It was taken for sick before: until it passes something, its word alone is never enough. */
    void doubtAtOnce() {
        doubtsFrom = 1;
    }

    /** Nobody could say in time: it is believed again until it fails as often once more. */
    void endProbation() {
        endRow();
    }
}
