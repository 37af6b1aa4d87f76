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
 * Decides whether there is room for a job. All open tasks are held in memory, and are again after a restart, so what is taken in must
 * have a limit. An owner may take as much as is free: one alone gets half of the memory, two get a third each, and there is always some
 * left for whoever comes next. Jobs without a plan and different needs cost everybody time, so each owner has a limit of them. For the thread of one dispatcher.
 */
final class Admission {
    /** Heap bytes of a pool without jobs; each owner with work there counts them. */
    private static final long POOL_BYTES = 20_000;

    /** All pools are counted anew after so long. Until then what is taken in is added, and nothing taken off. */
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

    /** Counts the pools of a partition from now on. */
    void track(int partition, Collection<PoolScheduler> pools) {
        partitions.put(partition, pools);
        isCounted = false;
    }

    void forget(int partition) {
        partitions.remove(partition);
        isCounted = false;
    }

    /** Returns the rejection of a job for which there is no room, to be decided instead of {@code input}; otherwise the input. */
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

    /** Why an input is put aside instead of being decided, if it is. */
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

    /** Jobs are planned in turns, but all that wait are held, and read before the jobs of others that come after them. */
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

    /** Takes the room for a job, or says why there is none. */
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
                    state.held().byOwner().forEach((owner, its) -> ofOwners.merge(owner, POOL_BYTES + its, Long::sum));
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
