package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.RevokedAttempt;
import java.util.LinkedHashSet;
import java.util.Set;

/** Collects which entities changed since they were last made durable. */
public final class Dirty {
    /** The ids of the entities whose present state must be stored, or that must be deleted from the store. */
    public record Changes(
            Set<String> jobs,
            Set<String> tasks,
            Set<String> executors,
            Set<String> owners,
            Set<String> marks,
            Set<String> revoked,
            boolean policy,
            boolean meta) {}

    private Set<String> jobs = Set.of();
    private Set<String> tasks = Set.of();
    private Set<String> executors = Set.of();
    private Set<String> owners = Set.of();
    private Set<String> marks = Set.of();
    private Set<String> revoked = Set.of();
    private boolean policy;
    private boolean meta;

    void job(String jobId) {
        jobs = with(jobs, jobId);
    }

    void task(String taskId) {
        tasks = with(tasks, taskId);
    }

    void executor(String executorId) {
        executors = with(executors, executorId);
    }

    void owner(String owner) {
        owners = with(owners, owner);
    }

    void mark(String executorId) {
        marks = with(marks, executorId);
    }

    /** See {@link RevokedAttempt#id}. */
    void revoked(String id) {
        revoked = with(revoked, id);
    }

    void policy() {
        policy = true;
    }

    void meta() {
        meta = true;
    }

    void clear() {
        jobs = Set.of();
        tasks = Set.of();
        executors = Set.of();
        owners = Set.of();
        marks = Set.of();
        revoked = Set.of();
        policy = false;
        meta = false;
    }

    /** Returns the changes since the last call. */
    Changes drain() {
        var changes = new Changes(jobs, tasks, executors, owners, marks, revoked, policy, meta);
        clear();
        return changes;
    }

    /**
     * Adds an id, and creates a set only for the first one. Most inputs change little and are followed by a drain, so most sets stay empty
     * and cost nothing.
     */
    private static Set<String> with(Set<String> ids, String id) {
        Set<String> grown = ids.isEmpty() ? new LinkedHashSet<>() : ids;
        grown.add(id);
        return grown;
    }
}
