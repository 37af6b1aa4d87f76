package dev.millrace.schemas.spec;

/**
 * When to cancel a job because of its failures.
 *
 * @param failures number of gating tasks whose final verdict is failed; when it is reached, all tasks without a verdict are cancelled
 */
public record FailFast(int failures) {}
