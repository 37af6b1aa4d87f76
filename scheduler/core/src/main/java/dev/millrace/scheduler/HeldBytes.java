package dev.millrace.scheduler;

import dev.millrace.schemas.event.Needs;
import java.util.HashMap;
import java.util.Map;

/**
 * What the open jobs of a pool and their tasks take on the heap, in all and by owner: an estimate from above, which counts the durable
 * form too, since that is held in memory as well. Not thread-safe.
 */
public final class HeldBytes {
    /** What a task without verdict takes beside its texts. */
    public static final long TASK_BYTES = 1_000;

    /** What an open job takes beside its texts. */
    public static final long JOB_BYTES = 2_000;

    private final Map<String, Long> byOwner = new HashMap<>();
    private long total;

    static long of(TaskInfo task) {
        Needs needs = task.needs();
        long labels = needs.labels().entrySet().stream()
                .mapToLong(label -> label.getKey().length() + label.getValue().length())
                .sum();
        long text = task.name().length()
                + task.historyKey().length()
                + task.estimateSource().length()
                + labels;
        return TASK_BYTES + 2 * text;
    }

    static long of(JobState job) {
        JobInfo info = job.info();
        return job instanceof JobState.Finished
                ? 0
                : JOB_BYTES + 2L * (info.name().length() + info.project().length());
    }

    void add(String owner, long bytes) {
        total += bytes;
        byOwner.merge(owner, bytes, (before, more) -> before + more == 0 ? null : before + more);
    }

    long total() {
        return total;
    }

    long of(String owner) {
        return byOwner.getOrDefault(owner, 0L);
    }
}
