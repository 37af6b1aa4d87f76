package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.JobInfo;
import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.TaskQueued;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ObjLongConsumer;

/**
 * Counts the heap bytes of the open jobs of a pool and of their tasks, in total and by owner. The count is an upper estimate. It includes
 * the durable form, which is kept in memory as well. Tasks are counted from the start of their job on, before they arrive. Not thread-safe.
 */
public final class HeldBytes {
    /** Heap bytes of a task without a verdict, not counting its strings. */
    public static final long TASK_BYTES = 1_000;

    /** Heap bytes of an open job, not counting its strings. */
    public static final long JOB_BYTES = 2_000;

    /** Heap bytes of a finished job, not counting its strings. */
    private static final long FINISHED_BYTES = 1_300;

    /** Each character takes two bytes in memory, and up to three in the durable form. */
    private static final long FINISHED_BYTES_PER_CHAR = 5;

    /** The memory that is reserved for the tasks of a job that have not arrived yet. */
    private static final class Expected {
        final String owner;
        long bytes;

        Expected(String owner, long bytes) {
            this.owner = owner;
            this.bytes = bytes;
        }
    }

    /** The bytes of one owner. It is changed for every task that comes or goes, so it is no boxed number. */
    private static final class Sum {
        long bytes;
    }

    private final Map<String, Sum> byOwner = new HashMap<>();
    private final Map<String, Expected> expected = new HashMap<>();
    private long total;

    /** Returns the heap bytes that a task takes once it is queued. */
    public static long of(TaskQueued task) {
        return of(
                task.needs() == null ? Needs.NOTHING : task.needs(),
                task.name(),
                task.historyKey(),
                task.estimateSource());
    }

    static long of(TaskInfo task) {
        return of(task.needs(), task.name(), task.historyKey(), task.estimateSource());
    }

    private static long of(Needs needs, String name, String historyKey, String estimateSource) {
        long labels = 0;
        for (Map.Entry<String, String> label : needs.labels().entrySet()) {
            labels += label.getKey().length() + label.getValue().length();
        }
        return TASK_BYTES + 2 * (name.length() + historyKey.length() + estimateSource.length() + labels);
    }

    static long of(JobState job) {
        JobInfo info = job.info();
        return job instanceof JobState.Finished
                ? 0
                : JOB_BYTES + 2L * (info.name().length() + info.project().length());
    }

    /** Returns the heap bytes of a finished job that is remembered. */
    static long ofFinished(JobInfo info) {
        return FINISHED_BYTES
                + FINISHED_BYTES_PER_CHAR
                        * (info.name().length() + info.project().length());
    }

    void add(String owner, long bytes) {
        total += bytes;
        Sum sum = byOwner.get(owner);
        if (sum == null) {
            sum = new Sum();
            byOwner.put(owner, sum);
        }
        sum.bytes += bytes;
        if (sum.bytes == 0) {
            byOwner.remove(owner);
        }
    }

    /** Reserves memory for the tasks of a job, which are expected to arrive. */
    void expect(String jobId, String owner, long bytes) {
        whole(jobId);
        expected.put(jobId, new Expected(owner, bytes));
        add(owner, bytes);
    }

    /** Reduces what is reserved for a job by the size of a task that has arrived, because that task is now counted itself. */
    void arrived(String jobId, long bytes) {
        Expected rest = expected.get(jobId);
        if (rest != null) {
            long less = Math.min(rest.bytes, bytes);
            rest.bytes -= less;
            add(rest.owner, -less);
        }
    }

    /** Releases what is still reserved for a job, because no further task of it is expected. */
    void whole(String jobId) {
        Expected rest = expected.remove(jobId);
        if (rest != null) {
            add(rest.owner, -rest.bytes);
        }
    }

    /** Returns the bytes of all owners. */
    public long total() {
        return total;
    }

    public long of(String owner) {
        Sum sum = byOwner.get(owner);
        return sum == null ? 0 : sum.bytes;
    }

    /** Calls the consumer with each owner that has any bytes, and with the bytes. */
    public void forEachOwner(ObjLongConsumer<String> consumer) {
        byOwner.forEach((owner, sum) -> consumer.accept(owner, sum.bytes));
    }
}
