package dev.millrace.scheduler.simulation;

/**
 * How an executor behaves.
 *
 * @param slowness the factor by which attempts take longer than on a healthy executor
 * @param failsPercent the percentage of its attempts that fail immediately, whatever their tasks are
 * @param stopMs how long a revoked attempt keeps its slot
 */
public record SimulatedExecutor(double slowness, int failsPercent, long stopMs) {
    public static final SimulatedExecutor HEALTHY = new SimulatedExecutor(1, 0);

    /** Creates an executor that stops revoked attempts immediately. */
    public SimulatedExecutor(double slowness, int failsPercent) {
        this(slowness, failsPercent, 0);
    }
}
