package dev.millrace.scheduler.simulation;

import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Outcome;
import java.util.ArrayList;
import java.util.List;

/**
 * One task of a workload.
 *
 * @param estimateMs the estimate that the scheduler gets
 * @param upperMs the bound it gets, which the task exceeds only when something is wrong; 0 for none
 * @param attempts what its attempts come to, the last for all that follow
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

    /** A task whose first attempts fail, wherever they run. */
    public SimulatedTask(long estimateMs, long upperMs, long durationMs, int failures, int retries) {
        this(estimateMs, upperMs, attempts(durationMs, failures), retries, true, true, Needs.NOTHING);
    }

    /** One that passes. */
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

    /** @param number counted from 1 */
    SimulatedAttempt attempt(int number) {
        return attempts.get(Math.min(number, attempts.size()) - 1);
    }
}
