package dev.millrace.schemas.event;

/** An event that belongs to one pool. */
public sealed interface PoolEvent extends Event
        permits Request,
                JobPlanned,
                JobRetryPlanned,
                TaskQueued,
                JobRejected,
                TaskDispatched,
                AttemptReport,
                Decision,
                ExecutorOnline,
                ExecutorHeartbeat,
                ExecutorDraining,
                ExecutorOffline {
    String pool();
}
