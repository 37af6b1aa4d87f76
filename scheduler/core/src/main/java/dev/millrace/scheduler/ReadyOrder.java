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

    /** Within a job: retries, since somebody already waited for them, then the longest expected. */
    private static Comparator<TaskState.Waiting> withinJob() {
        return Comparator.comparing(ReadyOrder::isFirstAttempt)
                .thenComparing(Comparator.comparingLong(ReadyOrder::estimate).reversed())
                .thenComparing(task -> task.info().jobId())
                .thenComparingInt(task -> task.info().index());
    }

    private static Comparator<TaskState.Waiting> byPriority() {
        return Comparator.comparing(ReadyOrder::isOrdinary)
                .thenComparing(task -> task.info().priority())
                .thenComparing(byAge());
    }

    /** The oldest job first, whatever its priority. */
    private static Comparator<TaskState.Waiting> byAge() {
        return Comparator.comparingLong(ReadyOrder::jobOrder).thenComparing(withinJob());
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
