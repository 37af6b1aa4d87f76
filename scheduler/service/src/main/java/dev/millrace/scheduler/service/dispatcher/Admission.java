package dev.millrace.scheduler.service.dispatcher;

import dev.millrace.scheduler.PoolScheduler;
import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.state.HeldBytes;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobRejected;
import dev.millrace.schemas.event.JobReplanned;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.OwnerQuotaRequested;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether there is memory for a job. All open tasks are held in memory, and are again after a restart, so what is taken in must
 * have a limit. An owner may take as much as is free: one alone gets half of the memory, two get a third each, and there is always some
 * left for whoever comes next. For the thread of one dispatcher.
 */
final class Admission {
    /** Heap bytes of a pool without jobs; each owner with work there counts them. */
    private static final long POOL_BYTES = 20_000;

    private final long maxBytes;
    private final int maxOwners;
    private final Map<Integer, Collection<PoolScheduler>> partitions = new ConcurrentHashMap<>();

    /**
     * @param maxBytes of the heap for open jobs of all pools of this instance
     * @param maxOwners of a pool; settings of further ones are refused
     */
    Admission(long maxBytes, int maxOwners) {
        this.maxBytes = maxBytes;
        this.maxOwners = maxOwners;
    }

    /** Counts the pools of a partition from now on. */
    void track(int partition, Collection<PoolScheduler> pools) {
        partitions.put(partition, pools);
    }

    void forget(int partition) {
        partitions.remove(partition);
    }

    /** Returns the rejection of a job for which there is no room, to be decided instead of {@code input}; otherwise the input. */
    Event admit(PoolState pool, Event input) {
        if (input instanceof JobSubmitted job && pool.job(job.jobId()) == null) {
            return refusal(job.owner(), HeldBytes.JOB_BYTES)
                    .<Event>map(reason -> JobRejected.of(job, reason))
                    .orElse(input);
        }
        if (input instanceof JobPlanned job && mayStart(pool.job(job.jobId()))) {
            return refusal(job.owner(), taskBytes(job.tasks(), job.taskBytes()))
                    .<Event>map(reason -> JobRejected.of(job, reason))
                    .orElse(input);
        }
        return input;
    }

    private static boolean mayStart(@Nullable JobState job) {
        return job == null || job instanceof JobState.Submitted;
    }

    /** Why an input is put aside instead of being decided, if it is. */
    Optional<String> refusal(PoolState pool, Event input) {
        if (input instanceof JobReplanned retry && pool.job(retry.jobId()) == null) {
            return Optional.of("job " + retry.jobId() + " cannot run again, since the scheduler has forgotten it");
        }
        if (input instanceof OwnerQuotaRequested quota
                && pool.account(quota.owner()) == null
                && pool.owners() >= maxOwners) {
            return Optional.of(
                    "pool " + pool.pool() + " has " + pool.owners() + " owners with settings or work, and more than "
                            + maxOwners + " (scheduler.maxOwners) get no settings");
        }
        return input instanceof JobReplanned retry && pool.job(retry.jobId()) instanceof JobState.Finished job
                ? refusal(job.info().owner(), taskBytes(retry.tasks(), retry.taskBytes()))
                : Optional.empty();
    }

    private static long taskBytes(int tasks, @Nullable Long known) {
        return known == null ? tasks * HeldBytes.TASK_BYTES : known;
    }

    private Optional<String> refusal(String owner, long wanted) {
        long all = 0;
        long ofOwner = 0;
        for (Collection<PoolScheduler> pools : partitions.values()) {
            for (PoolScheduler pool : pools) {
                PoolState state = pool.state();
                if (!state.isAsleep()) {
                    all += POOL_BYTES + state.heldBytes();
                    long its = state.heldBytes(owner);
                    ofOwner += its == 0 ? 0 : POOL_BYTES + its;
                }
            }
        }
        return refusal(wanted, ofOwner, all, maxBytes);
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
