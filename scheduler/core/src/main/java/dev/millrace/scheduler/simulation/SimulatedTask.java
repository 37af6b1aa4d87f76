package dev.millrace.scheduler.simulation;

/**
 * One task of a workload.
 *
 * @param estimateMs what the scheduler is told
 * @param upperMs what it is told the task exceeds only when something is wrong; 0 if that is not known
 * @param durationMs what it takes on a healthy executor
 * @param failures how many of its first attempts fail wherever they run
 */
public record SimulatedTask(long estimateMs, long upperMs, long durationMs, int failures, int retries) {
    /** One that passes. */
    public SimulatedTask(long estimateMs, long durationMs) {
        this(estimateMs, 0, durationMs, 0, 0);
    }
}
