package dev.millrace.scheduler.simulation;

import dev.millrace.schemas.event.Outcome;

/**
 * The outcome of an attempt, and its duration on a healthy executor.
 *
 * @param delayMs the time from its dispatch to its start if a slot is free
 */
public record SimulatedAttempt(long delayMs, long durationMs, Outcome outcome) {
    /** Creates an attempt that starts without delay. */
    public SimulatedAttempt(long durationMs, Outcome outcome) {
        this(0, durationMs, outcome);
    }
}
