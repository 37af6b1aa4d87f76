package dev.millrace.schemas.event;

/**
 * An executor gets no other work until it has room for a task whose turn it is and that not every executor could run.
 *
 * @param slots the task needs
 * @param slotsFree the executor has now
 */
public record ExecutorReserved(
        String taskId, String jobId, String pool, long sequence, String executorId, int slots, int slotsFree)
        implements Decision, OfJob {
    @Override
    public String key() {
        return taskId;
    }
}
