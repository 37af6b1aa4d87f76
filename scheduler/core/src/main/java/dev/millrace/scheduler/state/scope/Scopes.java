package dev.millrace.scheduler.state.scope;

import dev.millrace.scheduler.model.DomainState;
import dev.millrace.scheduler.model.JobInfo;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.ScopeState;
import dev.millrace.scheduler.model.ScopeState.Phase;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.backlog.Backlog;
import dev.millrace.schemas.event.Needs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The scopes of the open jobs of a pool, and the domains that they hold or wait for. It stands between the tasks and the backlog: a task of
 * a scope is in the backlog only while it may be placed, so a task that must wait for its scope never holds up others. Not thread-safe.
 */
public final class Scopes implements ScopesView {
    /** In the order of their keys, so that a search finds the same one after a restart. */
    private final Map<String, Scope> byKey = new TreeMap<>();

    private final Map<String, Set<Scope>> byJob = new HashMap<>();
    /** The scopes for which something may be due, by job. */
    private final Map<String, Set<Scope>> attention = new HashMap<>();

    /** The scopes whose gate may have to let tasks through or take some back. */
    private final Set<Scope> touched = new LinkedHashSet<>();

    /** The scopes in phases in which time matters. */
    private final Set<Scope> timed = new LinkedHashSet<>();

    private final Set<Scope> tearingDown = new LinkedHashSet<>();
    private long revision;
    private boolean restoring;
    private final Backlog backlog;
    private final Comparator<TaskState.Waiting> order;
    private final Predicate<String> mayOpen;
    private final Changes changes;
    private final Domains domains;

    /**
     * Receives what follows from a change of a scope.
     *
     * @param scope receives the key of a scope whose stored form has changed
     * @param domain receives the name of a domain whose stored form has changed
     * @param attend receives the id of a job for which something may be due
     */
    public record Changes(Consumer<String> scope, Consumer<String> domain, Consumer<String> attend) {}

    /**
     * @param order the order in which the tests of a scope are let through
     * @param mayOpen returns whether scopes of the job with this id may be opened: it is running, and all its tasks have arrived
     */
    public Scopes(Backlog backlog, Comparator<TaskState.Waiting> order, Predicate<String> mayOpen, Changes changes) {
        this.backlog = backlog;
        this.order = order;
        this.mayOpen = mayOpen;
        this.changes = changes;
        this.domains = new Domains(changes.domain());
    }

    private @Nullable Scope scope(TaskInfo task) {
        return task.scope() == null ? null : byKey.get(ScopeState.key(task.jobId(), task.scope()));
    }

    /** Returns the scope with this id, and creates it if the job has none. */
    public ScopeState ensure(String id, JobInfo job) {
        Scope known = byKey.get(ScopeState.key(job.jobId(), id));
        if (known != null) {
            return known.state();
        }
        ScopeState created = ScopeState.of(id, job);
        put(created);
        return created;
    }

    /** Adds a scope, or changes its state. */
    public void put(ScopeState state) {
        Scope scope = byKey.get(state.key());
        if (scope == null) {
            scope = new Scope(state, order);
            byKey.put(state.key(), scope);
            byJob.computeIfAbsent(state.jobId(), id -> new LinkedHashSet<>()).add(scope);
        } else {
            domains.leave(scope);
            if (!restoring && !scope.state().domain().equals(state.domain())) {
                domains.join(state.domain(), state.owner());
            }
            scope.set(state);
        }
        domains.enter(scope);
        keep(timed, scope, state.phase() == Phase.ACTIVE || state.phase() == Phase.SETTING_UP);
        keep(tearingDown, scope, state.phase() == Phase.TEARING_DOWN);
        changes.scope().accept(state.key());
        touch(scope);
    }

    private static void keep(Set<Scope> set, Scope scope, boolean whether) {
        if (whether) {
            set.add(scope);
        } else {
            set.remove(scope);
        }
    }

    /** Forgets the scopes of a job that has ended. */
    public void forget(String jobId) {
        Set<Scope> its = byJob.remove(jobId);
        attention.remove(jobId);
        if (its == null) {
            return;
        }
        for (Scope scope : its) {
            byKey.remove(scope.state().key());
            domains.leave(scope);
            timed.remove(scope);
            tearingDown.remove(scope);
            touched.remove(scope);
            changes.scope().accept(scope.state().key());
            domains.forgetIfUnused(scope.state().domain());
        }
    }

    /** Returns the domain with this name; it need not be stored. */
    @Override
    public DomainState domain(String name) {
        return domains.get(name);
    }

    /** Returns the domain to make durable, or null if it was forgotten. */
    public @Nullable DomainState stored(String name) {
        return domains.stored(name);
    }

    /** Returns the scope to make durable, or null if it was forgotten. */
    public @Nullable ScopeState storedScope(String key) {
        Scope scope = byKey.get(key);
        return scope == null ? null : scope.state();
    }

    /** Changes what is remembered about a domain. */
    public void put(DomainState domain, long tickMs) {
        domains.put(domain, tickMs);
        attendNext(domain.name());
    }

    /** Adds a waiting task of a scope: to the backlog if it may be placed, otherwise behind the gate of its scope. */
    public void add(TaskState.Waiting task) {
        Scope scope = scope(task.info());
        if (scope != null) {
            backlog.waitingNeeds().addOfScope(task.info().needs());
        }
        if (scope == null) {
            backlog.add(task);
        } else if (!restoring && scope.admits(task)) {
            scope.released(task);
            backlog.add(task);
            touch(scope);
        } else {
            scope.add(task);
            touch(scope);
        }
    }

    /** Removes a waiting task, from the backlog or from behind the gate of its scope. */
    public void remove(TaskState.Waiting task) {
        Scope scope = scope(task.info());
        if (scope == null || scope.remove(task)) {
            backlog.remove(task);
        }
        if (scope != null) {
            backlog.waitingNeeds().removeOfScope(task.info().needs());
            touch(scope);
        }
    }

    /** Counts a task that has attempts; {@code by} is 1 or -1. */
    public void live(TaskState.Live task, int by) {
        Scope scope = scope(task.info());
        if (scope != null) {
            scope.live(task, by);
            touch(scope);
        }
    }

    /** Counts an attempt that keeps its slots although it decides nothing any more; {@code by} is 1 or -1. */
    public void revoked(@Nullable String scopeKey, int by) {
        Scope scope = scopeKey == null ? null : byKey.get(scopeKey);
        if (scope != null) {
            scope.revoked(by);
            touch(scope);
        }
    }

    /** Notes that something may be due for each scope of a job, because the job has changed. */
    public void touch(String jobId) {
        byJob.getOrDefault(jobId, Set.of()).forEach(this::touch);
    }

    private void touch(Scope scope) {
        touched.add(scope);
        attention
                .computeIfAbsent(scope.state().jobId(), id -> new LinkedHashSet<>())
                .add(scope);
        changes.attend().accept(scope.state().jobId());
    }

    /** Lets tasks through the gates of the scopes that have changed, and takes others back. Must be called after each change. */
    public void settle(Now now) {
        settle(task -> new TaskState.Waiting(task.info(), task.retryRecord(), now.wallMs(), now.tickMs()));
    }

    /** Begins to restore stored tasks. Until {@link #resume}, none passes a gate, since it is not known how many passed before. */
    public void restore() {
        restoring = true;
    }

    /** Lets tasks through the gates after a restart. They are ready since the time that is stored. */
    public void resume() {
        restoring = false;
        settle(task -> task);
    }

    private void settle(UnaryOperator<TaskState.Waiting> readied) {
        if (touched.isEmpty()) {
            return;
        }
        revision++;
        for (Scope scope : List.copyOf(touched)) {
            scope.beginTeardown(readied);
            for (TaskState.Waiting back = scope.takeBack(); back != null; back = scope.takeBack()) {
                backlog.remove(back);
            }
            for (TaskState.Waiting next = scope.pass(); next != null; next = scope.pass()) {
                TaskState.Waiting ready = readied.apply(next);
                scope.released(ready);
                backlog.add(ready);
            }
        }
        touched.stream().map(scope -> scope.state().domain()).distinct().forEach(this::attendNext);
        touched.clear();
    }

    private void attendNext(String domain) {
        Scope next = domains.next(domain, mayOpen);
        if (next != null) {
            attention
                    .computeIfAbsent(next.state().jobId(), id -> new LinkedHashSet<>())
                    .add(next);
            changes.attend().accept(next.state().jobId());
        }
    }

    /** Notes that nothing is due for the scopes of this job until something about them changes. */
    public void settled(String jobId) {
        attention.remove(jobId);
    }

    @Override
    public Collection<? extends ScopeView> toLookAt(String jobId) {
        Set<Scope> its = attention.get(jobId);
        return its == null ? List.of() : Collections.unmodifiableSet(its);
    }

    @Override
    public Collection<? extends ScopeView> ofJob(String jobId) {
        Set<Scope> its = byJob.get(jobId);
        return its == null ? List.of() : Collections.unmodifiableSet(its);
    }

    @Override
    public boolean areOver(String jobId) {
        Set<Scope> its = byJob.get(jobId);
        return its == null || its.stream().allMatch(it -> it.state().phase().isOver());
    }

    @Override
    public @Nullable ScopeView get(String jobId, String id) {
        return byKey.get(ScopeState.key(jobId, id));
    }

    @Override
    public Collection<? extends ScopeView> timed() {
        return Collections.unmodifiableSet(timed);
    }

    @Override
    public TaskState.@Nullable Waiting waitingSince(Needs needs, long wallMs) {
        for (Scope scope : byKey.values()) {
            TaskState.Waiting task = scope.waitingSince(needs, wallMs);
            if (task != null) {
                return task;
            }
        }
        return null;
    }

    @Override
    public boolean isNext(ScopeView scope) {
        return domains.next(scope.state().domain(), mayOpen) == scope;
    }

    @Override
    public List<TaskState.Waiting> readyTeardowns() {
        if (tearingDown.isEmpty()) {
            return List.of();
        }
        var ready = new ArrayList<TaskState.Waiting>();
        for (Scope scope : tearingDown) {
            TaskState.Waiting teardown = scope.readyTeardown();
            if (teardown != null) {
                ready.add(teardown);
            }
        }
        return ready;
    }

    @Override
    public TaskState.@Nullable Waiting firstGated(String jobId, String id) {
        Scope scope = byKey.get(ScopeState.key(jobId, id));
        return scope == null ? null : scope.firstGated();
    }

    @Override
    public Collection<DomainState> domains() {
        return domains.all();
    }

    @Override
    public @Nullable DomainState quarantinedBeyond(int most) {
        return domains.quarantinedBeyond(most);
    }

    @Override
    public TaskState.@Nullable Waiting waitingForQuarantined(long sinceTick) {
        return domains.waitingForQuarantined(sinceTick);
    }

    @Override
    public long revision() {
        return revision;
    }
}
