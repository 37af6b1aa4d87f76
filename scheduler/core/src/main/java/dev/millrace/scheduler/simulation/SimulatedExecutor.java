package dev.millrace.scheduler.simulation;

/**
 * What kind of machine an executor is on.
 *
 * @param slowness how many times as long everything takes
 * @param failsPercent of its attempts, at once, whatever they are
 */
public record SimulatedExecutor(double slowness, int failsPercent) {
    public static final SimulatedExecutor HEALTHY = new SimulatedExecutor(1, 0);
}
