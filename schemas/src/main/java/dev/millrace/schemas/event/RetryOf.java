package dev.millrace.schemas.event;

/**
 * A task's record of earlier runs, for when its job runs again.
 *
 * @param run the new one, higher than any before
 * @param attempts made in earlier runs; numbers of attempts go on from there
 * @param position how many of the job's tasks are accounted for before this one, be it by their verdicts that stay
 */
public record RetryOf(int run, int attempts, int position) {}
