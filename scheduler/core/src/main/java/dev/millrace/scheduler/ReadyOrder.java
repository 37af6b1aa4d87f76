package dev.millrace.scheduler;

import dev.millrace.schemas.event.Priority;
import java.util.Comparator;

/** Orders of one owner's waiting tasks. Both are total, whatever the estimates. */
final class ReadyOrder {
    /** Within a job: retries, since somebody already waited for them, then the longest expected. */
    private static final Comparator<TaskState.Waiting> WITHIN_JOB = Comparator.comparing(ReadyOrder::isFirstAttempt)
            .thenComparing(Comparator.comparingLong(
                            (TaskState.Waiting task) -> task.info().estimateMs())
                    .reversed())
            .thenComparing(task -> task.info().jobId())
            .thenComparingInt(task -> task.info().index());

    /** What is urgent and what is tried again, by priority; then the rest by priority; job by job, longest first. */
    static final Comparator<TaskState.Waiting> BY_PRIORITY = Comparator.comparing(ReadyOrder::isOrdinary)
            .thenComparing(task -> task.info().priority())
            .thenComparingLong(task -> task.info().jobOrder())
            .thenComparing(WITHIN_JOB);

    /** The oldest job first, whatever its priority. */
    static final Comparator<TaskState.Waiting> BY_AGE = Comparator.comparingLong(
                    (TaskState.Waiting task) -> task.info().jobOrder())
            .thenComparing(WITHIN_JOB);

    private ReadyOrder() {}

    private static boolean isFirstAttempt(TaskState.Waiting task) {
        return task.ledger().attempts() == 0;
    }

    private static boolean isOrdinary(TaskState.Waiting task) {
        return isFirstAttempt(task) && task.info().priority() != Priority.URGENT;
    }
}
