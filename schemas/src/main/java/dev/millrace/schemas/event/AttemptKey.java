package dev.millrace.schemas.event;

/**
 * One attempt at a task, as everybody names it.
 */
public record AttemptKey(String taskId, int attempt, Epoch epoch) {
    /** A short text form, usable as a file name and unique among attempts. */
    public String text() {
        return taskId + "." + attempt + "." + epoch;
    }
}
