package dev.millrace.scheduler.plan;

/**
 * How long something is expected to run.
 *
 * @param source in words, for the event that says why
 */
public record Estimate(long ms, String source) {}
