package dev.millrace.scheduler.service.projector;

import dev.millrace.schemas.event.Capacity;
import dev.millrace.schemas.event.ExecutorJoined;
import dev.millrace.schemas.event.ExecutorMarked;
import dev.millrace.schemas.event.LeaseExpired;
import java.util.LinkedHashMap;

/** Writes the view of executors. */
final class ExecutorWriters {
    private static final String TABLE = "executors";

    private ExecutorWriters() {}

    static void register(DecisionWriters all) {
        all.on(ExecutorJoined.class, ExecutorWriters::joined);
        all.on(
                ExecutorMarked.class,
                (it, atMs, out) -> out.row(TABLE, row -> row.set("pool", it.pool())
                        .set("executor_id", it.executorId())
                        .set("standing", it.standing().wireName())
                        .set("reason", it.reason())
                        .set("marked_by", it.by())));
        all.on(LeaseExpired.class, (it, atMs, out) -> {
            var key = new LinkedHashMap<String, Object>();
            key.put("pool", it.pool());
            key.put("executor_id", it.executorId());
            out.remove(TABLE, key);
        });
    }

    private static void joined(ExecutorJoined it, long atMs, Writes out) {
        Capacity capacity = it.capacity();
        out.row(TABLE, row -> row.set("pool", it.pool())
                .set("executor_id", it.executorId())
                .set("incarnation", it.incarnation())
                .set("standing", it.standing().wireName())
                .set("reason", it.reason())
                .set("slots", it.slots())
                .set("host", it.host())
                .set("labels", it.labels())
                .set("cpu_millis", capacity == null ? null : capacity.cpuMillis())
                .set("memory_bytes", capacity == null ? null : capacity.memoryBytes())
                .set("joined_at", atMs)
                .set("task_settings", it.taskSettings()));
    }
}
