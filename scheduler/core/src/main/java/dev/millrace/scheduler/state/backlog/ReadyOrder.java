package dev.millrace.scheduler.state.backlog;

import dev.millrace.scheduler.model.TaskState;
import dev.millrace.schemas.event.Priority;
import java.util.Comparator;

/**
 * Orders of one owner's waiting tasks. All are total, whatever the estimates. The scheduler's own is {@link #MILLRACE}. Each
 * is an order of batches and one of the tasks within a batch, which are neighbours by both orders of the batches.
 */
@SuppressWarnings("ImmutableEnumChecker") // These comparators have no state.
public enum ReadyOrder {
    /** Urgent tasks and retries first, then the rest by priority; job by job, longest first; now and then the oldest. */
    MILLRACE(ReadyOrder::byPriority, ReadyOrder::byAge, ReadyOrder::longestFirst),
    /** As they came: for comparison. */
    ARRIVAL(ReadyOrder::byJob, ReadyOrder::byJob, Comparator.comparingInt(ReadyOrder::index)),
    /** The shortest expected of all: for comparison. */
    SHORTEST_FIRST(
            ReadyOrder::allInOne,
            ReadyOrder::allInOne,
            Comparator.comparingLong(ReadyOrder::estimate)
                    .thenComparing(ReadyOrder::byJob)
                    .thenComparingInt(ReadyOrder::index)),
    /** The longest expected of all: for comparison. */
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
    Comparator<TaskState.Waiting> first() {
        return first;
    }

    /** The order for the turns that keep anything from waiting for ever. */
    Comparator<TaskState.Waiting> oldest() {
        return oldest;
    }

    /** The order in which batches are placed; tasks of one batch are equal. */
    Comparator<TaskState.Waiting> batchesFirst() {
        return batchesFirst;
    }

    /** The same for the turns that keep anything from waiting for ever. */
    Comparator<TaskState.Waiting> batchesOldest() {
        return batchesOldest;
    }

    /** The order of the tasks of one batch. */
    Comparator<TaskState.Waiting> withinBatch() {
        return withinBatch;
    }

    // Compared at every placement, some 20 times each in a long backlog: chains of comparators would be a quarter of
    // its cost.

    private static int byPriority(TaskState.Waiting one, TaskState.Waiting other) {
        int urgent = Boolean.compare(isOrdinary(one), isOrdinary(other));
        if (urgent != 0) {
            return urgent;
        }
        int priority = one.info().priority().compareTo(other.info().priority());
        return priority != 0 ? priority : byAge(one, other);
    }

    /** The oldest job first; within a job retries, since somebody already waited for them. */
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
