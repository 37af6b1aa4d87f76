package dev.millrace.schemas.event;

/**
 * It is the turn of a task that only some executors can run. This executor gets no other work until it has room for that task.
 *
 * @param slots number of slots that the task needs
 * @param slotsFree number of slots that are free on the executor now
 */
public record ExecutorReserved(
        String taskId, String jobId, String pool, long sequence, String executorId, int slots, int slotsFree)
        implements Decision, OfJob {
    @Override
    public String key() {
        return taskId;
    }
}
