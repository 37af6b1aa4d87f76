package dev.millrace.scheduler.state.backlog;

import dev.millrace.scheduler.model.TaskState;
import dev.millrace.schemas.event.Priority;
import java.util.Comparator;

/**
 * The possible orders of one owner's waiting tasks. All of them are total orders. The scheduler uses {@link #MILLRACE}. Each consists of
 * two orders of batches, one by priority and one by age, and an order of the tasks within a batch. In both orders of batches, the tasks of
 * a batch are next to each other.
 */
@SuppressWarnings("ImmutableEnumChecker") // These comparators have no state.
public enum ReadyOrder {
    /**
     * Urgent tasks and retries first, then the other tasks by priority. Tasks of the same priority are ordered job by job, and within a job
     * the longest comes first. From time to time, the oldest job has a turn.
     */
    MILLRACE(ReadyOrder::byPriority, ReadyOrder::byAge, ReadyOrder::longestFirst),
    /** The order of arrival, for comparison only. */
    ARRIVAL(ReadyOrder::byJob, ReadyOrder::byJob, Comparator.comparingInt(ReadyOrder::index)),
    /** The task with the shortest estimate first, for comparison only. */
    SHORTEST_FIRST(
            ReadyOrder::allInOne,
            ReadyOrder::allInOne,
            Comparator.comparingLong(ReadyOrder::estimate)
                    .thenComparing(ReadyOrder::byJob)
                    .thenComparingInt(ReadyOrder::index)),
    /** The task with the longest estimate first, for comparison only. */
    LONGEST_FIRST(
            ReadyOrder::allInOne,
            ReadyOrder::allInOne,
            Comparator.comparingLong(ReadyOrder::estimate)
                    .reversed()
                    .thenComparing(ReadyOrder::byJob)
                    .thenComparingInt(ReadyOrder::index));

    private final Comparator<TaskState.Waiting> batchesFirst;
    private final Comparator<TaskState.Waiting> batchesOldest;
    private final Comparator<TaskState.Waiting> withinBatch;
    private final Comparator<TaskState.Waiting> first;
    private final Comparator<TaskState.Waiting> oldest;

    ReadyOrder(
            Comparator<TaskState.Waiting> batchesFirst,
            Comparator<TaskState.Waiting> batchesOldest,
            Comparator<TaskState.Waiting> withinBatch) {
        this.batchesFirst = batchesFirst;
        this.batchesOldest = batchesOldest;
        this.withinBatch = withinBatch;
        this.first = batchesFirst.thenComparing(withinBatch);
        this.oldest = batchesOldest.thenComparing(withinBatch);
    }

    /** The order in which tasks are placed. */
    public Comparator<TaskState.Waiting> first() {
        return first;
    }

    /** Returns the order for the turns of the oldest, which ensure that no task waits for ever. */
    Comparator<TaskState.Waiting> oldest() {
        return oldest;
    }

    /** Returns the order in which batches are placed. It treats all tasks of a batch as equal. */
    Comparator<TaskState.Waiting> batchesFirst() {
        return batchesFirst;
    }

    /** Returns the order of batches for the turns of the oldest, which ensure that no task waits for ever. */
    Comparator<TaskState.Waiting> batchesOldest() {
        return batchesOldest;
    }

    /** The order of the tasks of one batch. */
    Comparator<TaskState.Waiting> withinBatch() {
        return withinBatch;
    }

    // In a long backlog, each placement makes about 20 of these comparisons. With chains of comparators, they would be
    // a quarter of the cost of a placement.

    private static int byPriority(TaskState.Waiting one, TaskState.Waiting other) {
        int urgent = Boolean.compare(isOrdinary(one), isOrdinary(other));
        if (urgent != 0) {
            return urgent;
        }
        int priority = one.info().priority().compareTo(other.info().priority());
        return priority != 0 ? priority : byAge(one, other);
    }

    /** Puts the oldest job first, and within a job the retries, because somebody has already waited for them. */
    private static int byAge(TaskState.Waiting one, TaskState.Waiting other) {
        int job = byJob(one, other);
        return job != 0
                ? job
                : Boolean.compare(
                        one.retryRecord().isFresh(), other.retryRecord().isFresh());
    }

    private static int longestFirst(TaskState.Waiting one, TaskState.Waiting other) {
        int longest = Long.compare(estimate(other), estimate(one));
        return longest != 0 ? longest : Integer.compare(index(one), index(other));
    }

    private static int byJob(TaskState.Waiting one, TaskState.Waiting other) {
        int age = Long.compare(one.info().jobOrder(), other.info().jobOrder());
        return age != 0 ? age : one.info().jobId().compareTo(other.info().jobId());
    }

    private static int allInOne(TaskState.Waiting one, TaskState.Waiting other) {
        return 0;
    }

    private static long estimate(TaskState.Waiting task) {
        return task.info().estimateMs();
    }

    private static int index(TaskState.Waiting task) {
        return task.info().index();
    }

    private static boolean isOrdinary(TaskState.Waiting task) {
        return task.retryRecord().isFresh() && task.info().priority() != Priority.URGENT;
    }
}
