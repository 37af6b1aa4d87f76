package dev.millrace.scheduler.state;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/** The jobs of a pool that need a look, and those whose progress is to be published. Not thread-safe. */
public final class PendingJobs {
    private final Set<String> attention = new LinkedHashSet<>();
    private final Set<String> progress = new LinkedHashSet<>();
    private long lastToldTick = Long.MIN_VALUE / 2;

    /** Something may be due for the job: it is looked at once more. */
    void attend(String jobId) {
        attention.add(jobId);
    }

    /** The jobs to look at, in their order. */
    public Set<String> toLookAt() {
        return Collections.unmodifiableSet(attention);
    }

    /** Nothing is due for this job until an event touches it again. */
    void settled(String jobId) {
        attention.remove(jobId);
    }

    void progressed(String jobId) {
        progress.add(jobId);
    }

    /** The jobs whose progress nobody was told yet. */
    public Set<String> toTell() {
        return Collections.unmodifiableSet(progress);
    }

    void told(String jobId, long tickMs) {
        progress.remove(jobId);
        lastToldTick = tickMs;
    }

    /** When progress of any job was told last. */
    public long lastToldTick() {
        return lastToldTick;
    }

    void finished(String jobId) {
        attention.remove(jobId);
        progress.remove(jobId);
    }
}
