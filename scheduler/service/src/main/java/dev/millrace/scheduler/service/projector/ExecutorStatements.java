package dev.millrace.scheduler.service.projector;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import dev.millrace.schemas.event.Capacity;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.ExecutorJoined;
import dev.millrace.schemas.event.ExecutorMarked;
import dev.millrace.schemas.event.LeaseExpired;
import java.util.List;

/** Turns decisions about executors into writes of their view. */
final class ExecutorStatements {
    private static final String TABLE = "executors";

    private ExecutorStatements() {}

    static void add(Inserts inserts, List<BoundStatement> out, Decision decision, long atMs) {
        if (decision instanceof ExecutorJoined it) {
            Capacity capacity = it.capacity();
            inserts.add(
                    out,
                    TABLE,
                    "pool,executor_id,incarnation,standing,reason,slots,host,labels,cpu_millis,memory_bytes,joined_at,"
                            + "task_settings",
                    it.sequence(),
                    it.pool(),
                    it.executorId(),
                    it.incarnation(),
                    it.standing().wireName(),
                    it.reason(),
                    it.slots(),
                    it.host(),
                    it.labels(),
                    capacity == null ? null : capacity.cpuMillis(),
                    capacity == null ? null : capacity.memoryBytes(),
                    atMs,
                    it.taskSettings());
        } else if (decision instanceof ExecutorMarked it) {
            inserts.add(
                    out,
                    TABLE,
                    "pool,executor_id,standing,reason,marked_by",
                    it.sequence(),
                    it.pool(),
                    it.executorId(),
                    it.standing().wireName(),
                    it.reason(),
                    it.by());
        } else if (decision instanceof LeaseExpired it) {
            inserts.remove(out, TABLE, List.of("pool", "executor_id"), it.sequence(), it.pool(), it.executorId());
        }
    }
}
