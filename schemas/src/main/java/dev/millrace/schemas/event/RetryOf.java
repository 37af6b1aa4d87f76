package dev.millrace.schemas.event;

/**
 * What is known about the earlier runs of a task when its job runs again.
 *
 * @param run number of the new run, higher than any before
 * @param attempts number of attempts made in earlier runs; the numbers of new attempts continue from there
 * @param position number of the job's tasks that come before this one in the new run; tasks that keep their verdicts come first
 */
public record RetryOf(int run, int attempts, int position) {}
