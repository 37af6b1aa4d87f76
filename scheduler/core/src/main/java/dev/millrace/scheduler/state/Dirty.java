package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.EntityKey;
import dev.millrace.scheduler.model.EntityKind;
import dev.millrace.scheduler.model.RevokedAttempt;
import dev.millrace.scheduler.model.ScopeState;
import java.util.LinkedHashSet;
import java.util.Set;

/** Collects which entities changed since they were last made durable. Not thread-safe. */
public final class Dirty {
    private static final EntityKey POLICY = new EntityKey(EntityKind.POLICY, "settings");
    private static final EntityKey SEQUENCE = new EntityKey(EntityKind.SEQUENCE, "sequence");
    private static final EntityKey CLOCK = new EntityKey(EntityKind.CLOCK, "pool");

    private Set<EntityKey> changed = new LinkedHashSet<>();

    void job(String jobId) {
        add(EntityKind.JOB, jobId);
    }

    void task(String taskId) {
        add(EntityKind.TASK, taskId);
    }

    void executor(String executorId) {
        add(EntityKind.EXECUTOR, executorId);
    }

    void owner(String owner) {
        add(EntityKind.OWNER, owner);
    }

    void mark(String executorId) {
        add(EntityKind.MARK, executorId);
    }

    /** See {@link RevokedAttempt#id}. */
    void revoked(String id) {
        add(EntityKind.REVOKED, id);
    }

    /** See {@link ScopeState#key}. */
    void scope(String key) {
        add(EntityKind.SCOPE, key);
    }

    void domain(String name) {
        add(EntityKind.DOMAIN, name);
    }

    private void add(EntityKind<?> kind, String id) {
        changed.add(new EntityKey(kind, id));
    }

    void policy() {
        changed.add(POLICY);
    }

    /** Notes that the sequence or the clock of the pool has changed. */
    void meta() {
        changed.add(SEQUENCE);
        changed.add(CLOCK);
    }

    void clear() {
        changed.clear();
    }

    /** Returns the keys of the entities that changed since the last call, in the order of their first change. */
    Set<EntityKey> drain() {
        Set<EntityKey> drained = changed;
        changed = new LinkedHashSet<>();
        return drained;
    }
}
