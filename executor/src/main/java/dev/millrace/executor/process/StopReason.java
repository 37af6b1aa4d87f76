package dev.millrace.executor.process;

/** Why a running task was stopped by its executor, if it was. */
public enum StopReason {
    NONE,
    TIMED_OUT,
    SILENT,
    /** The task exceeded its disk limit. */
    OVER_DISK,
    /** The executor's disk is nearly full and this task most likely fills it, although it is within its own limit. */
    DISK_SHORT,
    /** The scheduler took the attempt back. */
    REVOKED,
    /** The executor drains, or its watchdog is gone. */
    GIVEN_UP,
    /** The executor cannot prove its lease: the attempt must be dead before another executor gets the task. */
    LEASE_LOST
}
