package dev.millrace.scheduler.state.quarantine;

import dev.millrace.scheduler.model.RetryRecord;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.schemas.event.Outcome;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds out whether an executor or a test is the cause of failures. Follows every end of an attempt. Not thread-safe. */
public final class Suspicion {
    /**
     * The expected share of attempts that fail although the task can pass: one in fifty, until the pool itself has shown a different share.
     */
    private static final double PRIOR = 0.02;

    private static final int PRIOR_WEIGHT = 50;
    private static final double MOST_EXPECTED = 0.45;

    private final Map<String, FailureScore> executors = new HashMap<>();
    private int ended;
    private int failures;

    public FailureScore of(String executorId) {
        return executors.computeIfAbsent(executorId, id -> new FailureScore());
    }

    @Nullable
    public FailureScore known(String executorId) {
        return executors.get(executorId);
    }

    /** Takes the end of an attempt into account: for its executor, and for the executors on which earlier attempts of the task failed. */
    public void ended(TaskState.Live task, String executorId, Outcome outcome) {
        String taskId = task.info().taskId();
        if (outcome == Outcome.PASSED) {
            double expected = expected(executorId);
            change(executorId, health -> health.passed(expected));
            for (String failed : task.retryRecord().failedOn()) {
                if (!failed.equals(executorId) && known(failed) != null) {
                    // Computed before the change, because the sums do not contain the executor's own numbers during the
                    // change.
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

    /** Forgets the open failures of a task that has its verdict: no further attempt will explain them. */
    public void decided(TaskState task) {
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

    /** Returns the share of attempts on the other executors that fail although the task can pass. */
    private double expected(String executorId) {
        FailureScore own = of(executorId);
        double elsewhere = PRIOR * PRIOR_WEIGHT + failures - own.failures();
        return Math.min(MOST_EXPECTED, elsewhere / (PRIOR_WEIGHT + ended - own.ended()));
    }

    /** Forgets all evidence about an executor, because it left or its mark was cleared. */
    public void forget(String executorId) {
        FailureScore health = executors.remove(executorId);
        if (health != null) {
            ended -= health.ended();
            failures -= health.failures();
        }
    }
}
