package dev.millrace.executor;

/** Why a running task was stopped by its executor, if it was. */
enum StopReason {
    NONE,
    TIMED_OUT,
    SILENT,
    /** The scheduler took the attempt back. */
    REVOKED,
    /** The executor drains, or cannot prove its lease. */
    GIVEN_UP
}
