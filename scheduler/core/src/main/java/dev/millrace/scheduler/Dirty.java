package dev.millrace.scheduler;

import java.util.LinkedHashSet;
import java.util.Set;

/** Which entities changed since they were last made durable. */
public final class Dirty {
    /** Ids whose present state, or absence, is to be stored. */
    public record Changes(
            Set<String> jobs,
            Set<String> tasks,
            Set<String> executors,
            Set<String> owners,
            Set<String> marks,
            boolean policy,
            boolean meta) {}

    private Set<String> jobs = new LinkedHashSet<>();
    private Set<String> tasks = new LinkedHashSet<>();
    private Set<String> executors = new LinkedHashSet<>();
    private Set<String> owners = new LinkedHashSet<>();
    private Set<String> marks = new LinkedHashSet<>();
    private boolean policy;
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

    void owner(String owner) {
        owners.add(owner);
    }

    void mark(String executorId) {
        marks.add(executorId);
    }

    void policy() {
        policy = true;
    }

    void meta() {
        meta = true;
    }

    void clear() {
        jobs.clear();
        tasks.clear();
        executors.clear();
        owners.clear();
        marks.clear();
        policy = false;
        meta = false;
    }

    Changes drain() {
        var changes = new Changes(jobs, tasks, executors, owners, marks, policy, meta);
        jobs = new LinkedHashSet<>();
        tasks = new LinkedHashSet<>();
        executors = new LinkedHashSet<>();
        owners = new LinkedHashSet<>();
        marks = new LinkedHashSet<>();
        policy = false;
        meta = false;
        return changes;
    }
}
