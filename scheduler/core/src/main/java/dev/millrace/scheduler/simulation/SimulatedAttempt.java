package dev.millrace.scheduler.simulation;

import dev.millrace.schemas.event.Outcome;

/**
 * What an attempt of a task comes to, and after how long on a healthy executor.
 *
 * @param delayMs from its dispatch to its start on a free slot
 */
public record SimulatedAttempt(long delayMs, long durationMs, Outcome outcome) {
    /** One that starts at once. */
    public SimulatedAttempt(long durationMs, Outcome outcome) {
        this(0, durationMs, outcome);
    }
}
