package dev.millrace.scheduler.model;

/**
 * The limits of the scheduler.
 *
 * @param leaseMs how long an executor may stay silent before it is lost; bounds how long a dead executor holds tasks
 * @param dispatchTimeoutMs how long a dispatch may stay unlisted by its executor before it is given up; longer than an open transaction of
 *     a dead scheduler can keep the executor from reading the dispatch
 * @param infrastructureRetries how many further attempts a task gets after failures of the platform; limits the damage of a task that kills
 *     its executors
 * @param lookAheadMs the commit time to hide for brief tasks; the attempts sent ahead for each slot are expected to take about this long in
 *     total
 * @param maxLookAhead how many attempts may be dispatched to one executor beyond its free slots; bounds how many of them an urgent task
 *     that arrives later cannot overtake
 * @param maxEventsPerInput how many events one input may cause; bounds the size of a transaction
 * @param progressIntervalMs the shortest time between two progress events of a job
 * @param expireAfterMs how long a task waits while no executor could run it, before it expires
 * @param retryElsewhereMs how long a retry waits for an executor on which its task has not failed
 * @param secondOpinionMs how long a task that failed on a doubted executor waits for another executor; bounds the wait if the others are
 *     busy
 * @param probationMs how long an executor that fails often is kept without work until other executors have run the tasks that failed on it;
 *     bounds how long it is idle
 * @param tombstoneMs how long a finished job is remembered, and can be retried
 * @param planTimeoutMs how long to wait for the next task of a plan after the previous one was read; bounds the wait for tasks that were
 *     lost
 * @param reservationMs how long an executor is held, the first time, for a task that needs more slots than are free on it; bounds how long
 *     other tasks wait, since the tasks that run there may take hours
 * @param maxQuarantinedDomains how many domains of a pool may be in quarantine, since each is remembered until somebody releases it; beyond
 *     that the oldest is released
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
        long reservationMs,
        int maxQuarantinedDomains) {
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
            5 * 60_000L,
            1_000);
}
