package dev.millrace.scheduler;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.EntityKey;
import dev.millrace.scheduler.model.EntityKind;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.PoolSnapshot;
import dev.millrace.scheduler.model.RevokedAttempt;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.TaskDispatched;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Gives inputs to one pool and records the events that the pool publishes. */
public final class Harness {
    public PoolScheduler scheduler = new PoolScheduler(new PoolState(Fixtures.POOL, CoreConfig.DEFAULTS));
    final List<Event> published = new ArrayList<>();
    public long tickMs = 10_000;
    public long wallMs = 1_000_000;

    public List<Event> give(Event... inputs) {
        var answers = new ArrayList<Event>();
        for (Event input : inputs) {
            wallMs++;
            answers.addAll(scheduler.handle(input, 1, true, new Now(tickMs, wallMs)));
        }
        published.addAll(answers);
        answers.forEach(it -> {
            if (it instanceof TaskDispatched dispatched) {
                dispatchedIds.add(RevokedAttempt.id(dispatched.epoch().sequence()));
            }
        });
        return answers;
    }

    public List<Event> give(List<? extends Event> inputs) {
        return give(inputs.toArray(Event[]::new));
    }

    public List<Event> tickAfter(long ms) {
        tickMs += ms;
        wallMs += ms;
        return give(Fixtures.tick());
    }

    public <T extends Event> List<T> all(Class<T> type) {
        return published.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** Returns the last dispatch of a task. */
    public Optional<TaskDispatched> dispatchOf(String taskId) {
        return all(TaskDispatched.class).stream()
                .filter(it -> it.taskId().equals(taskId))
                .reduce((first, second) -> second);
    }

    private final Set<String> dispatchedIds = new LinkedHashSet<>();

    /**
     * Replaces the scheduler with a new one, as after a restart of the dispatcher. The new scheduler gets the durable state of the pool and
     * of the named jobs, tasks, executors and owners.
     */
    public void restart(List<String> jobs, List<String> tasks, List<String> executors, String owner) {
        restart(jobs, tasks, executors, List.of(owner));
    }

    public void restart(List<String> jobs, List<String> tasks, List<String> executors, List<String> owners) {
        PoolState before = state();
        var keys = new ArrayList<EntityKey>();
        keys.add(new EntityKey(EntityKind.SEQUENCE, "pool"));
        keys.add(new EntityKey(EntityKind.POLICY, "pool"));
        keys.add(new EntityKey(EntityKind.CLOCK, "pool"));
        jobs.forEach(id -> keys.add(new EntityKey(EntityKind.JOB, id)));
        tasks.forEach(id -> keys.add(new EntityKey(EntityKind.TASK, id)));
        executors.forEach(id -> keys.add(new EntityKey(EntityKind.EXECUTOR, id)));
        executors.forEach(id -> keys.add(new EntityKey(EntityKind.MARK, id)));
        owners.forEach(id -> keys.add(new EntityKey(EntityKind.OWNER, id)));
        dispatchedIds.forEach(id -> keys.add(new EntityKey(EntityKind.REVOKED, id)));
        var stored = new PoolSnapshot();
        keys.forEach(key -> stored.put(key, before.value(key)));
        var restored = PoolState.restore(Fixtures.POOL, CoreConfig.DEFAULTS, stored, tickMs);
        scheduler = new PoolScheduler(restored);
    }

    public PoolState state() {
        return scheduler.state();
    }
}
