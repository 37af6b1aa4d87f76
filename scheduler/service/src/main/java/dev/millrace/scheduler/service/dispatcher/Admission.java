package dev.millrace.scheduler.service.dispatcher;

import dev.millrace.scheduler.PoolScheduler;
import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.service.settings.AdmissionLimits;
import dev.millrace.scheduler.state.HeldBytes;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobRejected;
import dev.millrace.schemas.event.JobRetryPlanned;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.OwnerQuotaRequested;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether the scheduler can accept a job. All open tasks are held in memory, also after a restart, so their memory must be limited.
 * An owner may hold as much memory as is still free: a single owner gets half of it, two owners get a third each, and some is always left
 * for the next owner. Jobs that wait to be planned and tasks with many different needs cost all owners time, so both are limited for each
 * owner. Used only by the stream thread of one dispatcher.
 */
final class Admission {
    /** Heap bytes of a pool without jobs. They are also charged to each owner that has work in the pool. */
    private static final long POOL_BYTES = 20_000;

    /**
     * Interval at which the memory of all pools is counted again. In between, accepted jobs are added, and jobs that end are not
     * subtracted.
     */
    private static final long RECOUNT_MS = 250;

    private final AdmissionLimits limits;
    private final Map<Integer, Collection<PoolScheduler>> partitions = new ConcurrentHashMap<>();
    private final Map<String, Long> ofOwners = new HashMap<>();
    private long all;
    private long countedMs;
    private boolean isCounted;

    Admission(AdmissionLimits limits) {
        this.limits = limits;
    }

    /** Includes the pools of a partition in the count from now on. */
    void track(int partition, Collection<PoolScheduler> pools) {
        partitions.put(partition, pools);
        isCounted = false;
    }

    void forget(int partition) {
        partitions.remove(partition);
        isCounted = false;
    }

    /** Returns {@code input}, or a rejection to be decided in its place if {@code input} is a job that exceeds a limit. */
    Event admit(PoolState pool, Event input, long nowMs) {
        if (input instanceof JobSubmitted job && pool.job(job.jobId()) == null) {
            return unplanned(job.owner())
                    .or(() -> room(pool, job.owner(), HeldBytes.JOB_BYTES, nowMs))
                    .<Event>map(reason -> JobRejected.of(job, reason))
                    .orElse(input);
        }
        if (input instanceof JobPlanned job && mayStart(pool.job(job.jobId()))) {
            return needs(pool, job.owner())
                    .or(() -> room(pool, job.owner(), taskBytes(job.tasks(), job.taskBytes()), nowMs))
                    .<Event>map(reason -> JobRejected.of(job, reason))
                    .orElse(input);
        }
        return input;
    }

    private static boolean mayStart(@Nullable JobState job) {
        return job == null || job instanceof JobState.Submitted;
    }

    /** Returns why an input goes to the dead letters without being decided; empty if it can be decided. */
    Optional<String> refusal(PoolState pool, Event input, long nowMs) {
        if (input instanceof JobRetryPlanned retry && pool.job(retry.jobId()) == null) {
            return Optional.of("job " + retry.jobId() + " cannot run again, since the scheduler has forgotten it");
        }
        if (input instanceof OwnerQuotaRequested quota
                && pool.account(quota.owner()) == null
                && pool.owners() >= limits.maxOwners()) {
            return Optional.of(
                    "pool " + pool.pool() + " has " + pool.owners() + " owners with settings or work, and more than "
                            + limits.maxOwners() + " (scheduler.maxOwners) get no settings");
        }
        if (input instanceof JobRetryPlanned retry && pool.job(retry.jobId()) instanceof JobState.Finished job) {
            String owner = job.info().owner();
            return needs(pool, owner).or(() -> room(pool, owner, taskBytes(retry.tasks(), retry.taskBytes()), nowMs));
        }
        return Optional.empty();
    }

    private static long taskBytes(int tasks, @Nullable Long known) {
        return known == null ? tasks * HeldBytes.TASK_BYTES : known;
    }

    /**
     * Returns why an owner may have no further job that waits to be planned, if so. Owners take turns in planning, but all waiting jobs are
     * held in memory, and they are read before later jobs of other owners.
     */
    private Optional<String> unplanned(String owner) {
        int waiting = partitions.values().stream()
                .flatMap(Collection::stream)
                .mapToInt(pool -> pool.state().unplannedJobs(owner))
                .sum();
        return waiting < limits.maxUnplannedJobs()
                ? Optional.empty()
                : Optional.of("this owner has " + waiting + " jobs that wait to be planned, and may have no more"
                        + " (scheduler.maxUnplannedJobs); submit it again when some have begun");
    }

    private Optional<String> needs(PoolState pool, String owner) {
        int different = pool.backlog().differentNeeds(owner);
        return different < limits.maxDifferentNeeds()
                ? Optional.empty()
                : Optional.of("this owner's tasks that wait in pool " + pool.pool() + " have " + different
                        + " different needs, and may have no more (scheduler.maxDifferentNeeds); submit it again when some"
                        + " have run");
    }

    /** Reserves memory for a job, or returns why there is not enough. */
    private Optional<String> room(PoolState pool, String owner, long wanted, long nowMs) {
        if (!isCounted || nowMs < countedMs || nowMs - countedMs >= RECOUNT_MS) {
            count(nowMs);
        }
        Optional<String> refusal = refusal(wanted, ofOwners.getOrDefault(owner, 0L), all, limits.maxHeldBytes());
        if (refusal.isEmpty()) {
            all += wanted + (pool.isAsleep() ? POOL_BYTES : 0);
            ofOwners.merge(owner, wanted + (pool.held().of(owner) == 0 ? POOL_BYTES : 0), Long::sum);
        }
        return refusal;
    }

    private void count(long nowMs) {
        all = 0;
        ofOwners.clear();
        for (Collection<PoolScheduler> pools : partitions.values()) {
            for (PoolScheduler pool : pools) {
                PoolState state = pool.state();
                if (!state.isAsleep()) {
                    all += POOL_BYTES + state.held().total();
                    state.held().forEachOwner((owner, its) -> ofOwners.merge(owner, POOL_BYTES + its, Long::sum));
                }
            }
        }
        countedMs = nowMs;
        isCounted = true;
    }

    static Optional<String> refusal(long wanted, long ofOwner, long all, long maxBytes) {
        long free = maxBytes - all - wanted;
        if (ofOwner + wanted <= free) {
            return Optional.empty();
        }
        return Optional.of("the scheduler has no room for this job now: its open tasks take " + megabytes(all) + " of "
                + megabytes(maxBytes) + " MB (scheduler.maxHeldBytes), those of this owner " + megabytes(ofOwner)
                + " MB, and an owner may have as much as is free; submit it again when some have ended");
    }

    private static long megabytes(long bytes) {
        return (bytes + 500_000) / 1_000_000;
    }
}
