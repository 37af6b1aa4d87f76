package dev.millrace.scheduler.simulation;

import dev.millrace.schemas.event.Capacity;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A recording of a pool over a while, enough to replay it under another policy. All times are milliseconds since the
 * beginning of the trace.
 *
 * @param version of this format, {@value #VERSION}
 * @param beganAtMs wall time of the beginning
 * @param dispatchMs the usual time from a placement to the start of the process
 * @param left how many jobs of that time are left out, since they had not ended
 */
public record Trace(
        int version,
        String pool,
        long beganAtMs,
        long dispatchMs,
        int urgentSharePercent,
        int hedgePercent,
        List<Owner> owners,
        List<Executor> executors,
        List<Job> jobs,
        int left) {
    public static final int VERSION = 1;

    public Trace {
        if (version != VERSION) {
            throw new IllegalArgumentException("a trace of version " + version + "; this reads version " + VERSION);
        }
        owners = List.copyOf(owners);
        executors = List.copyOf(executors);
        jobs = List.copyOf(jobs);
    }

    /** An owner with other than the usual quota. */
    public record Owner(String name, int weight, int maxSlots) {}

    /** One life of an executor; it never left unless {@code leftAtMs} is there. */
    public record Executor(
            String id,
            int slots,
            @Nullable Capacity capacity,
            Map<String, String> labels,
            long joinedAtMs,
            @Nullable Long leftAtMs) {}

    /**
     * One job.
     *
     * @param waitedMs for each task that came to an end by itself, from the job's arrival to its first start
     */
    public record Job(String id, SimulatedJob work, long endedAtMs, List<Long> waitedMs) {}

    public int tasks() {
        return jobs.stream().mapToInt(job -> job.work().tasks().size()).sum();
    }

    /** From the first arrival to the last end. */
    public long makespanMs() {
        long first = jobs.stream().mapToLong(job -> job.work().atMs()).min().orElse(0);
        return jobs.stream().mapToLong(Job::endedAtMs).max().orElse(0) - first;
    }
}
