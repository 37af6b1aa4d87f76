package dev.millrace.executor.process;

/** Why a running task was stopped by its executor, if it was. */
public enum StopReason {
    NONE,
    TIMED_OUT,
    SILENT,
    /** It wrote more to disk than it may. */
    OVER_DISK,
    /** The executor's disk is nearly full, and it takes most of it, although no more than it may. */
    DISK_SHORT,
    /** The scheduler took the attempt back. */
    REVOKED,
    /** The executor drains, or its watchdog is gone. */
    GIVEN_UP,
    /** The executor cannot prove its lease: the attempt must be dead before somebody else gets the task. */
    LEASE_LOST
}
