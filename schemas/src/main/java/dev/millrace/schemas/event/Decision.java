package dev.millrace.schemas.event;

/**
 * Something the dispatcher decided. {@link #sequence()} grows with every decision of a pool, across restarts, so a view
 * that keeps the highest one is right whatever order decisions reach it in.
 */
public sealed interface Decision extends PoolEvent
        permits JobAdmitted,
                JobStarted,
                JobCancelling,
                JobRetryStarted,
                JobIncomplete,
                JobProgress,
                TaskPlaced,
                TaskHedged,
                ExecutorReserved,
                TaskStarted,
                AttemptDropped,
                RetryScheduled,
                ExecutorJoined,
                ExecutorMarked,
                LeaseExpired,
                TaskReopened,
                PoolSettingsChanged,
                OwnerQuotaChanged,
                TaskCompleted,
                JobCompleted {
    long sequence();
}
