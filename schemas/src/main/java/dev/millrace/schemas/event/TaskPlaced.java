package dev.millrace.schemas.event;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A task was placed on an executor, with the reasons for the choice of the task and of the executor.
 *
 * @param slots number of slots that the task holds on its executor; absent for one
 * @param waitedMs milliseconds since the task became ready to run
 * @param reason why it was this task's turn; absent in records of earlier versions
 * @param candidates the best executors for the task, at most three
 * @param slotsFree number of free slots of the pool before this placement
 * @param queued number of tasks that waited in the pool, this one included
 */
public record TaskPlaced(
        String taskId,
        String jobId,
        String pool,
        long sequence,
        int attempt,
        Epoch epoch,
        String executorId,
        @Nullable Integer slots,
        long estimateMs,
        String estimateSource,
        long waitedMs,
        @Nullable PlacementReason reason,
        List<Candidate> candidates,
        int slotsFree,
        int queued)
        implements Decision, OfJob {
    @Override
    public String key() {
        return taskId;
    }
}
