package dev.millrace.scheduler;

import java.util.Comparator;

/**
 * The order in which waiting tasks are placed: retries first, since somebody already waited for them, then by priority,
 * then job by job in the order of admission, and within a job the longest expected first. Total, whatever the estimates.
 */
final class ReadyOrder {
    static final Comparator<TaskState.Waiting> COMPARATOR = Comparator.comparing(ReadyOrder::isFirstAttempt)
            .thenComparing(task -> task.info().priority())
            .thenComparingLong(task -> task.info().jobOrder())
            .thenComparing(Comparator.comparingLong(
                            (TaskState.Waiting task) -> task.info().estimateMs())
                    .reversed())
            .thenComparing(task -> task.info().jobId())
            .thenComparingInt(task -> task.info().index());

    private ReadyOrder() {}

    private static boolean isFirstAttempt(TaskState.Waiting task) {
        return task.ledger().attempts() == 0;
    }
}
