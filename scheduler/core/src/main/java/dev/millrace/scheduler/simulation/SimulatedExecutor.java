package dev.millrace.scheduler.simulation;

/**
 * The kind of machine an executor is on.
 *
 * @param slowness how many times as long everything takes
 * @param failsPercent of its attempts, at once, whatever they are
 * @param stopMs how long a revoked attempt keeps its slot
 */
public record SimulatedExecutor(double slowness, int failsPercent, long stopMs) {
    public static final SimulatedExecutor HEALTHY = new SimulatedExecutor(1, 0);

    /** One that ends at once what was revoked. */
    public SimulatedExecutor(double slowness, int failsPercent) {
        this(slowness, failsPercent, 0);
    }
}
