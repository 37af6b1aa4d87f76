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

/** The jobs of a pool: the open ones, and those that ended, which are kept as tombstones for a while. Not thread-safe. */
final class Jobs {
    private final Map<String, JobState> byId = new LinkedHashMap<>();
    private final Deque<JobState.Finished> tombstones = new ArrayDeque<>();
    private final Dirty dirty;
    private final HeldBytes held;
    /** The number of jobs that wait for their plan, by owner. */
    private final Map<String, Integer> unplanned = new HashMap<>();

    private int open;
    private long finishedBytes;
    private long forgottenUpToMs;
    private long forgetUpToMs = Long.MIN_VALUE;

    /**
     * @param dirty collects the changes to make durable
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

    /** Returns whether any job waits for its plan or for verdicts. */
    boolean hasOpen() {
        return open > 0;
    }

    /** Returns how many jobs of an owner wait for their plan. */
    int unplanned(String owner) {
        return unplanned.getOrDefault(owner, 0);
    }

    Remembered remembered() {
        JobState.Finished oldest = tombstones.peek();
        return new Remembered(finishedBytes, oldest == null ? Long.MAX_VALUE : oldest.finishedAtMs());
    }

    /** Returns the latest end of a forgotten job. An unknown job that is no newer may be a forgotten one. */
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

    /** Replaces a job without making the change durable, because the change is computed again after a restart. */
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

    /** Adds a tombstone. If the job runs again, the tombstone still stays in the queue until it is old enough to be removed. */
    private void remember(JobState.Finished job) {
        tombstones.add(job);
        finishedBytes += HeldBytes.ofFinished(job.info());
    }

    /** Makes {@link #forget} also forget the tombstones of all jobs that ended at {@code endedMs} or before, regardless of their age. */
    void forgetUpTo(long endedMs) {
        forgetUpToMs = endedMs;
    }

    /** Forgets tombstones older than {@code tombstoneMs}, at most {@code limit} in one call. */
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
