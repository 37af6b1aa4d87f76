package dev.millrace.schemas.spec;

/**
 * When to give a job up.
 *
 * @param failures gating tasks that failed for good; what has no verdict by then is cancelled
 */
public record FailFast(int failures) {}
