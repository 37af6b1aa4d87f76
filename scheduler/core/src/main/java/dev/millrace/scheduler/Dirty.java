package dev.millrace.scheduler;

import java.util.LinkedHashSet;
import java.util.Set;

/** Which entities changed since they were last made durable. */
public final class Dirty {
    /** Ids whose present state, or absence, is to be stored. */
    public record Changes(Set<String> jobs, Set<String> tasks, Set<String> executors, boolean meta) {}

    private Set<String> jobs = new LinkedHashSet<>();
    private Set<String> tasks = new LinkedHashSet<>();
    private Set<String> executors = new LinkedHashSet<>();
    private boolean meta;

    void job(String jobId) {
        jobs.add(jobId);
    }

    void task(String taskId) {
        tasks.add(taskId);
    }

    void executor(String executorId) {
        executors.add(executorId);
    }

    void meta() {
        meta = true;
    }

    void clear() {
        jobs.clear();
        tasks.clear();
        executors.clear();
        meta = false;
    }

    Changes drain() {
        var changes = new Changes(jobs, tasks, executors, meta);
        jobs = new LinkedHashSet<>();
        tasks = new LinkedHashSet<>();
        executors = new LinkedHashSet<>();
        meta = false;
        return changes;
    }
}
