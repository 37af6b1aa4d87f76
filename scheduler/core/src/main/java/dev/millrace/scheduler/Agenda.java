package dev.millrace.scheduler;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which jobs of a pool need looking at, and of which ones progress is to be told. Not thread-safe. */
final class Agenda {
    private final Set<String> attention = new LinkedHashSet<>();
    private final Set<String> progress = new LinkedHashSet<>();
    private long lastToldTick = Long.MIN_VALUE / 2;

    /** Something may be due for the job: it is looked at once more. */
    void attend(String jobId) {
        attention.add(jobId);
    }

    /** The job to look at first, if any. */
    @Nullable
    String first() {
        return attention.isEmpty() ? null : attention.iterator().next();
    }

    /** Nothing is due for this job until an event touches it again. */
    void settled(String jobId) {
        attention.remove(jobId);
    }

    void progressed(String jobId) {
        progress.add(jobId);
    }

    /** The jobs whose progress nobody was told yet. */
    Set<String> toTell() {
        return progress;
    }

    void told(String jobId, long tickMs) {
        progress.remove(jobId);
        lastToldTick = tickMs;
    }

    /** When progress of any job was told last. */
    long lastToldTick() {
        return lastToldTick;
    }

    void finished(String jobId) {
        attention.remove(jobId);
        progress.remove(jobId);
    }
}
