package dev.millrace.scheduler.simulation;

import dev.millrace.schemas.event.Capacity;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A recording of a pool during a period, with enough detail to replay it under another policy. Unless stated otherwise, all times are in
 * milliseconds since the beginning of the trace.
 *
 * @param version the version of this format, {@value #VERSION}
 * @param beganAtMs wall time of the beginning
 * @param dispatchMs the usual time from a placement to the start of the process
 * @param left how many jobs of that period are left out, because they had not ended, have scopes, or some of their events are missing
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

    /** An owner whose quota was set by an operator. */
    public record Owner(String name, int weight, int maxSlots) {}

    /** One incarnation of an executor. If {@code leftAtMs} is absent, it never left. */
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
     * @param waitedMs for each task of which an attempt ended by itself, the time from the job's start to the first start of the task
     */
    public record Job(String id, SimulatedJob work, long endedAtMs, List<Long> waitedMs) {}

    public int tasks() {
        return jobs.stream().mapToInt(job -> job.work().tasks().size()).sum();
    }

    /** Returns the time from the first arrival of a job to the last end of a job. */
    public long makespanMs() {
        long first = jobs.stream().mapToLong(job -> job.work().atMs()).min().orElse(0);
        return jobs.stream().mapToLong(Job::endedAtMs).max().orElse(0) - first;
    }
}
