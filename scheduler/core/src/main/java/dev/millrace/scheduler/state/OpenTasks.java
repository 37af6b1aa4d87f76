package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.schemas.Ids;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The tasks of each job that have no verdict yet. Uses one bit for each task, because there may be a million. Not thread-safe. */
final class OpenTasks {
    private final Map<String, BitSet> indexesByJob = new HashMap<>();

    void add(TaskInfo task) {
        indexesByJob.computeIfAbsent(task.jobId(), id -> new BitSet()).set(task.index());
    }

    void remove(TaskInfo task) {
        BitSet indexes = indexesByJob.get(task.jobId());
        if (indexes != null) {
            indexes.clear(task.index());
        }
    }

    void forget(String jobId) {
        indexesByJob.remove(jobId);
    }

    /** Returns the id of the job's first open task, or null if there is none. */
    @Nullable
    String first(String jobId) {
        return of(jobId).findFirst().orElse(null);
    }

    /** The ids of the job's open tasks, in order. */
    Stream<String> of(String jobId) {
        return indexesByJob.getOrDefault(jobId, new BitSet()).stream().mapToObj(index -> Ids.taskId(jobId, index));
    }

    Set<String> jobs() {
        return indexesByJob.keySet();
    }
}
