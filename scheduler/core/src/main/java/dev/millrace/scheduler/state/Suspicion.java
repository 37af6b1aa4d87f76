package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.RetryRecord;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.schemas.event.Outcome;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells executors that are sick from tests that are. Follows every end of an attempt. Not thread-safe. */
public final class Suspicion {
    /** A failure that need not be is expected once in fifty attempts until a pool has shown otherwise. */
    private static final double PRIOR = 0.02;

    private static final int PRIOR_WEIGHT = 50;
    private static final double MOST_EXPECTED = 0.45;

    private final Map<String, FailureScore> executors = new HashMap<>();
    private int ended;
    private int failures;

    FailureScore of(String executorId) {
        return executors.computeIfAbsent(executorId, id -> new FailureScore());
    }

    @Nullable
    public FailureScore known(String executorId) {
        return executors.get(executorId);
    }

    /** An attempt ended on an executor; what earlier ones of the task came to elsewhere is seen in its light. */
    void ended(TaskState.Live task, String executorId, Outcome outcome) {
        String taskId = task.info().taskId();
        if (outcome == Outcome.PASSED) {
            double expected = expected(executorId);
            change(executorId, health -> health.passed(expected));
            for (String failed : task.retryRecord().failedOn()) {
                if (!failed.equals(executorId) && known(failed) != null) {
                    // Before the change, which takes the executor's own part out of the sums meanwhile.
                    double expectedThere = expected(failed);
                    change(
                            failed,
                            health -> health.confirmed(
                                    taskId,
                                    task.info().historyKey(),
                                    task.info().owner(),
                                    expectedThere));
                }
            }
        } else if (RetryRecord.isDoubtful(outcome)) {
            for (String failed : task.retryRecord().failedOn()) {
                FailureScore health = known(failed);
                if (health != null && !failed.equals(executorId)) {
                    health.exonerated(taskId);
                }
            }
            of(executorId).failed(taskId, task.info().owner());
        }
    }

    /** The task has its verdict, or nobody waits for one: no more is to be learnt from it. */
    void decided(TaskState task) {
        for (String executorId : task.retryRecord().failedOn()) {
            FailureScore health = known(executorId);
            if (health != null) {
                health.forgetOpen(task.info().taskId());
            }
        }
    }

    private void change(String executorId, java.util.function.Consumer<FailureScore> change) {
        FailureScore health = of(executorId);
        ended -= health.ended();
        failures -= health.failures();
        change.accept(health);
        ended += health.ended();
        failures += health.failures();
    }

    /** The share of attempts that fail though they need not, on the other executors. */
    private double expected(String executorId) {
        FailureScore own = of(executorId);
        double elsewhere = PRIOR * PRIOR_WEIGHT + failures - own.failures();
        return Math.min(MOST_EXPECTED, elsewhere / (PRIOR_WEIGHT + ended - own.ended()));
    }

    /** Begins anew with an executor: it left, or an operator vouches for it. */
    void forget(String executorId) {
        FailureScore health = executors.remove(executorId);
        if (health != null) {
            ended -= health.ended();
            failures -= health.failures();
        }
    }
}
