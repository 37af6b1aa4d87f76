package dev.millrace.schemas.event;

/**
 * Something the dispatcher decided. {@link #sequence()} grows with every decision of a pool, across restarts, so a view that keeps the
 * decision with the highest sequence is correct in whatever order the decisions arrive.
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
                ScopeOpened,
                ScopeActivated,
                ScopeDraining,
                ScopeHoldWarned,
                ScopeTearingDown,
                ScopeClosed,
                ScopeQuarantined,
                DomainReleased,
                TaskCompleted,
                JobCompleted {
    long sequence();
}
