package dev.millrace.schemas.event;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why this task went to this executor now.
 *
 * @param slots it holds of its executor; absent for one
 * @param waitedMs since the task could first run
 * @param reason why it was this task's turn; absent in records of earlier versions
 * @param candidates the best executors, at most three
 * @param slotsFree free slots of the pool before this placement
 * @param queued tasks that waited in the pool, this one included
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
