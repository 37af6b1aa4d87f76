package dev.millrace.schemas.event;

/** The name of one attempt at a task. */
public record AttemptKey(String taskId, int attempt, Epoch epoch) {
    /** Returns a short text that is unique among attempts and can be used as a file name. */
    public String text() {
        return taskId + "." + attempt + "." + epoch;
    }
}
