package dev.millrace.scheduler;

import dev.millrace.schemas.event.Priority;
import java.util.Comparator;

/** Orders of one owner's waiting tasks. All are total, whatever the estimates. The scheduler's own is {@link #MILLRACE}. */
@SuppressWarnings("ImmutableEnumChecker") // These comparators have no state.
public enum ReadyOrder {
    /** What is urgent and what is tried again, then the rest, by priority; job by job, longest first; now and then the oldest. */
    MILLRACE(byPriority(), byAge()),
    /** As they came: for comparison. */
    ARRIVAL(arrival(), arrival()),
    /** The shortest expected of all: for comparison. */
    SHORTEST_FIRST(Comparator.comparingLong(ReadyOrder::estimate).thenComparing(arrival())),
    /** The longest expected of all: for comparison. */
    LONGEST_FIRST(Comparator.comparingLong(ReadyOrder::estimate).reversed().thenComparing(arrival()));

    private final Comparator<TaskState.Waiting> first;
    private final Comparator<TaskState.Waiting> oldest;

    ReadyOrder(Comparator<TaskState.Waiting> both) {
        this(both, both);
    }

    ReadyOrder(Comparator<TaskState.Waiting> first, Comparator<TaskState.Waiting> oldest) {
        this.first = first;
        this.oldest = oldest;
    }

    /** The order in which tasks are placed. */
    Comparator<TaskState.Waiting> first() {
        return first;
    }

    /** The order for the turns that keep anything from waiting for ever. */
    Comparator<TaskState.Waiting> oldest() {
        return oldest;
    }

    // Compared at every placement, some 20 times each in a long backlog: chains of comparators would be a quarter of
    // its cost.

    private static Comparator<TaskState.Waiting> byPriority() {
        return (one, other) -> {
            int urgent = Boolean.compare(isOrdinary(one), isOrdinary(other));
            if (urgent != 0) {
                return urgent;
            }
            int priority = one.info().priority().compareTo(other.info().priority());
            return priority != 0 ? priority : compareByAge(one, other);
        };
    }

    private static Comparator<TaskState.Waiting> byAge() {
        return ReadyOrder::compareByAge;
    }

    /** The oldest job first; within a job retries, since somebody already waited for them, then the longest expected. */
    private static int compareByAge(TaskState.Waiting one, TaskState.Waiting other) {
        int age = Long.compare(jobOrder(one), jobOrder(other));
        if (age != 0) {
            return age;
        }
        int retry = Boolean.compare(isFirstAttempt(one), isFirstAttempt(other));
        if (retry != 0) {
            return retry;
        }
        int longest = Long.compare(estimate(other), estimate(one));
        if (longest != 0) {
            return longest;
        }
        int job = one.info().jobId().compareTo(other.info().jobId());
        return job != 0 ? job : Integer.compare(one.info().index(), other.info().index());
    }

    private static Comparator<TaskState.Waiting> arrival() {
        return Comparator.comparingLong(ReadyOrder::jobOrder)
                .thenComparing(task -> task.info().jobId())
                .thenComparingInt(task -> task.info().index());
    }

    private static long estimate(TaskState.Waiting task) {
        return task.info().estimateMs();
    }

    private static long jobOrder(TaskState.Waiting task) {
        return task.info().jobOrder();
    }

    private static boolean isFirstAttempt(TaskState.Waiting task) {
        return task.ledger().isFresh();
    }

    private static boolean isOrdinary(TaskState.Waiting task) {
        return isFirstAttempt(task) && task.info().priority() != Priority.URGENT;
    }
}
