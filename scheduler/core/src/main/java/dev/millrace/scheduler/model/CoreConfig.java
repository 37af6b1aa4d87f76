package dev.millrace.scheduler.model;

/**
 * The limits of the scheduler.
 *
 * @param leaseMs an executor unheard of for longer is lost; bounds how long a dead executor holds tasks
 * @param dispatchTimeoutMs a dispatch its executor never listed is given up; longer than a transaction left open by a dead
 *     scheduler may keep the executor from reading it
 * @param infrastructureRetries further attempts after trouble of the platform; bounds a task that kills its executors
 * @param lookAheadMs commit time to hide for short tasks; what is dispatched beyond free slots is expected to take that long
 * @param maxLookAhead dispatches beyond the free slots of one executor; bounds what a late urgent task cannot overtake
 * @param maxEventsPerInput events one input may cause; bounds the size of a transaction
 * @param progressIntervalMs least time between two progress events of a job
 * @param expireAfterMs how long tasks wait in a pool without executors; bounds the wait for what cannot run
 * @param retryElsewhereMs how long a retry waits for another executor than those on which its task failed
 * @param secondOpinionMs how long a task waits for another executor than the doubted one that failed it; bounds the wait for one that
 *     is busy
 * @param probationMs how long an executor that fails much may wait for what others say; bounds an idle executor
 * @param tombstoneMs how long a finished job is remembered, and can be retried
 * @param planTimeoutMs how long the rest of a plan may take to arrive after its last task was read; bounds the wait for tasks
 *     that were lost
 * @param reservationMs how long an executor is held at first for a task that needs more room than it has; bounds what others wait for
 *     what may run there for hours
 */
public record CoreConfig(
        long leaseMs,
        long dispatchTimeoutMs,
        int infrastructureRetries,
        long lookAheadMs,
        int maxLookAhead,
        int maxEventsPerInput,
        long progressIntervalMs,
        long expireAfterMs,
        long retryElsewhereMs,
        long secondOpinionMs,
        long probationMs,
        long tombstoneMs,
        long planTimeoutMs,
        long reservationMs) {
    public static final CoreConfig DEFAULTS = new CoreConfig(
            5_000,
            30_000,
            2,
            150,
            128,
            1_000,
            500,
            30 * 60_000L,
            10_000,
            600_000,
            60_000,
            30L * 24 * 3_600_000,
            60_000,
            5 * 60_000L);
}
