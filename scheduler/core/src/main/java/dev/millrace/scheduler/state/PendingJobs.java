package dev.millrace.scheduler.state;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/** The jobs of a pool for which something may be due, and those whose progress must be published. Not thread-safe. */
public final class PendingJobs {
    private final Set<String> attention = new LinkedHashSet<>();
    private final Set<String> progress = new LinkedHashSet<>();
    private long lastToldTick = Long.MIN_VALUE / 2;

    /** Notes that something may be due for the job, so that it is checked again. */
    void attend(String jobId) {
        attention.add(jobId);
    }

    /** Returns the jobs to check, in order. */
    public Set<String> toLookAt() {
        return Collections.unmodifiableSet(attention);
    }

    /** Notes that nothing is due for this job until another event about it is applied. */
    void settled(String jobId) {
        attention.remove(jobId);
    }

    void progressed(String jobId) {
        progress.add(jobId);
    }

    /** Returns the jobs that have changed since their progress was last published. */
    public Set<String> toTell() {
        return Collections.unmodifiableSet(progress);
    }

    void told(String jobId, long tickMs) {
        progress.remove(jobId);
        lastToldTick = tickMs;
    }

    /** Returns the tick time at which the progress of any job was last published. */
    public long lastToldTick() {
        return lastToldTick;
    }

    void finished(String jobId) {
        attention.remove(jobId);
        progress.remove(jobId);
    }
}
