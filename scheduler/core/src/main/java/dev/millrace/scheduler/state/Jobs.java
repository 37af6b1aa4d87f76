package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.model.Remembered;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The jobs of a pool: those that are open, and as tombstones those that ended and are remembered for a while. Not thread-safe. */
final class Jobs {
    private final Map<String, JobState> byId = new LinkedHashMap<>();
    private final Deque<JobState.Finished> tombstones = new ArrayDeque<>();
    private final Dirty dirty;
    private final HeldBytes held;
    /** Jobs without a plan, by owner. */
    private final Map<String, Integer> unplanned = new HashMap<>();

    private int open;
    private long finishedBytes;
    private long forgottenUpToMs;
    private long forgetUpToMs = Long.MIN_VALUE;

    /**
     * @param dirty collects what is to be made durable
     * @param held counts the memory of open jobs
     */
    Jobs(Dirty dirty, HeldBytes held) {
        this.dirty = dirty;
        this.held = held;
    }

    @Nullable
    JobState get(String jobId) {
        return byId.get(jobId);
    }

    Collection<JobState> all() {
        return byId.values();
    }

    /** Whether any waits for its plan, or for verdicts. */
    boolean hasOpen() {
        return open > 0;
    }

    /** How many jobs of an owner wait for their plan. */
    int unplanned(String owner) {
        return unplanned.getOrDefault(owner, 0);
    }

    Remembered remembered() {
        JobState.Finished oldest = tombstones.peek();
        return new Remembered(finishedBytes, oldest == null ? Long.MAX_VALUE : oldest.finishedAtMs());
    }

    /** The end of the latest job that is forgotten: an unknown job that is no newer may be one of those. */
    long forgottenUpToMs() {
        return forgottenUpToMs;
    }

    void restore(Collection<JobState> jobs, long forgotten) {
        forgottenUpToMs = forgotten;
        for (JobState job : jobs) {
            replace(job.info().jobId(), job);
            if (job instanceof JobState.Finished finished) {
                remember(finished);
            }
        }
    }

    /** A change that is found again after a restart, so it need not be made durable. */
    void replace(String jobId, JobState job) {
        count(byId.put(jobId, job), -1);
        count(job, 1);
    }

    private void count(@Nullable JobState job, int by) {
        if (job != null && !(job instanceof JobState.Finished)) {
            open += by;
            held.add(job.info().owner(), by * HeldBytes.of(job));
        }
        if (job instanceof JobState.Submitted) {
            unplanned.merge(job.info().owner(), by, (before, more) -> before + more == 0 ? null : before + more);
        }
    }

    void put(String jobId, JobState job) {
        replace(jobId, job);
        dirty.job(jobId);
    }

    void finish(JobState.Finished job) {
        put(job.info().jobId(), job);
        remember(job);
    }

    /** Also when it runs again: then its tombstone stays until its turn comes. */
    private void remember(JobState.Finished job) {
        tombstones.add(job);
        finishedBytes += HeldBytes.ofFinished(job.info());
    }

    /** Makes {@link #forget} forget tombstones of jobs that ended by then, however young they are. */
    void forgetUpTo(long endedMs) {
        forgetUpToMs = endedMs;
    }

    /** Forgets tombstones older than {@code tombstoneMs}, at most {@code limit} at once. */
    void forget(long tombstoneMs, long wallMs, int limit) {
        long endedByMs = Math.max(wallMs - tombstoneMs, forgetUpToMs);
        for (int i = 0; i < limit; i++) {
            JobState.Finished oldest = tombstones.peek();
            if (oldest == null || oldest.finishedAtMs() > endedByMs) {
                return;
            }
            tombstones.remove();
            finishedBytes -= HeldBytes.ofFinished(oldest.info());
            String jobId = oldest.info().jobId();
            // A job that ran again since then has a newer tombstone, or none yet.
            if (oldest.equals(byId.get(jobId))) {
                byId.remove(jobId);
                dirty.job(jobId);
                // A clock that was ahead when the job ended must not make jobs of the present look forgotten.
                forgottenUpToMs = Math.max(forgottenUpToMs, Math.min(oldest.finishedAtMs(), wallMs));
                dirty.meta();
            }
        }
    }
}
