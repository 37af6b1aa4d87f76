package dev.millrace.scheduler.simulation;

import dev.millrace.schemas.event.Outcome;

/**
 * The outcome of an attempt, and its duration on a healthy executor.
 *
 * @param delayMs from its dispatch to its start on a free slot
 */
public record SimulatedAttempt(long delayMs, long durationMs, Outcome outcome) {
    /** One that starts at once. */
    public SimulatedAttempt(long durationMs, Outcome outcome) {
        this(0, durationMs, outcome);
    }
}
