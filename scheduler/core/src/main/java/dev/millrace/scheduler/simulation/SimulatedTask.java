package dev.millrace.scheduler.simulation;

import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Outcome;
import java.util.ArrayList;
import java.util.List;

/**
 * One task of a workload.
 *
 * @param estimateMs the estimate that the scheduler gets
 * @param upperMs the upper limit that the scheduler gets; the task exceeds it only when something is wrong; 0 for none
 * @param attempts the duration and outcome of each attempt, in order; the last entry also stands for all further attempts
 */
public record SimulatedTask(
        long estimateMs,
        long upperMs,
        List<SimulatedAttempt> attempts,
        int retries,
        boolean gating,
        boolean repeatable,
        Needs needs) {
    public SimulatedTask {
        attempts = List.copyOf(attempts);
        if (attempts.isEmpty()) {
            throw new IllegalArgumentException("a task without attempts never ends");
        }
    }

    /** Creates a task whose first {@code failures} attempts fail, on whichever executors they run. */
    public SimulatedTask(long estimateMs, long upperMs, long durationMs, int failures, int retries) {
        this(estimateMs, upperMs, attempts(durationMs, failures), retries, true, true, Needs.NOTHING);
    }

    /** Creates a task that passes at its first attempt. */
    public SimulatedTask(long estimateMs, long durationMs) {
        this(estimateMs, 0, durationMs, 0, 0);
    }

    private static List<SimulatedAttempt> attempts(long durationMs, int failures) {
        var attempts = new ArrayList<SimulatedAttempt>();
        for (int i = 0; i < failures; i++) {
            attempts.add(new SimulatedAttempt(durationMs, Outcome.FAILED));
        }
        attempts.add(new SimulatedAttempt(durationMs, Outcome.PASSED));
        return attempts;
    }

    /** @param number the number of the attempt, counted from 1 */
    SimulatedAttempt attempt(int number) {
        return attempts.get(Math.min(number, attempts.size()) - 1);
    }
}
