package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.EntityKey;
import dev.millrace.scheduler.model.EntityKind;
import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.OwnerAccount;
import dev.millrace.scheduler.model.PoolClock;
import dev.millrace.scheduler.model.PoolPolicy;
import dev.millrace.scheduler.model.PoolSnapshot;
import dev.millrace.scheduler.model.Registration;
import dev.millrace.scheduler.model.Remembered;
import dev.millrace.scheduler.model.StandingOverride;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.Transition.Entity;
import dev.millrace.scheduler.state.Transition.StateKind;
import dev.millrace.scheduler.state.backlog.Backlog;
import dev.millrace.scheduler.state.backlog.BacklogView;
import dev.millrace.scheduler.state.backlog.ReadyOrder;
import dev.millrace.scheduler.state.fleet.ExecutorState;
import dev.millrace.scheduler.state.fleet.ExecutorView;
import dev.millrace.scheduler.state.fleet.Fleet;
import dev.millrace.scheduler.state.fleet.FleetView;
import dev.millrace.scheduler.state.fleet.Overruns;
import dev.millrace.scheduler.state.quarantine.ExecutorQuarantine;
import dev.millrace.scheduler.state.quarantine.QuarantineView;
import dev.millrace.scheduler.state.scope.Scopes;
import dev.millrace.scheduler.state.scope.ScopesView;
import dev.millrace.schemas.event.Event;
import java.util.Collection;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the scheduler knows about one pool. Only {@link #apply} changes its facts. The caller must make durable what changed
 * since the last {@link #drainDirty}. Not thread-safe.
 */
public final class PoolState {
    private final String pool;
    private final CoreConfig config;
    private final Dirty dirty = new Dirty();
    private final HeldBytes held = new HeldBytes();
    private final Jobs jobs = new Jobs(dirty, held);
    private final Tasks tasks;
    private final Backlog backlog;
    private final Scopes scopes;
    private final Fleet fleet;
    private final Overruns overruns;
    private final Stragglers stragglers = new Stragglers();
    private final ExecutorQuarantine quarantine;
    private final Transitions transitions = new Transitions(this);

    private final PendingJobs pendingJobs = new PendingJobs();
    private final Arrivals arrivals = new Arrivals();
    private final Orphans orphans = new Orphans();
    private final RevokedAttempts revoked;
    private PoolPolicy policy = PoolPolicy.DEFAULT;
    private long sequence;

    private final StoredValues values = new StoredValues(this);

    public PoolState(String pool, CoreConfig config) {
        this(pool, config, ReadyOrder.MILLRACE);
    }

    /** @param order the order of each owner's tasks; a different one than {@link ReadyOrder#MILLRACE} is used only for comparison */
    public PoolState(String pool, CoreConfig config, ReadyOrder order) {
        this(pool, config, order, new Fleet());
    }

    PoolState(String pool, CoreConfig config, ReadyOrder order, Fleet fleet) {
        this.pool = pool;
        this.config = config;
        this.fleet = fleet;
        this.overruns = new Overruns(fleet);
        this.backlog = new Backlog(order, dirty::owner);
        this.scopes = new Scopes(
                backlog,
                order.first(),
                this::mayOpenScopes,
                new Scopes.Changes(dirty::scope, dirty::domain, pendingJobs::attend));
        this.revoked = new RevokedAttempts(backlog.settlements(), scopes, dirty);
        this.tasks = new Tasks(backlog, scopes, fleet, held, dirty);
        this.quarantine = new ExecutorQuarantine(fleet, tasks.needs()::all, dirty::mark, backlog::isShared);
    }

    /** Restores the stored state. Each executor counts as heard at {@code tick}, so every lease starts again at its full length. */
    public static PoolState restore(String pool, CoreConfig config, PoolSnapshot stored, long tick) {
        var state = new PoolState(pool, config);
        Long sequence = stored.only(EntityKind.SEQUENCE);
        PoolPolicy policy = stored.only(EntityKind.POLICY);
        PoolClock clock = stored.only(EntityKind.CLOCK);
        Collection<JobState> jobs = stored.all(EntityKind.JOB).values();
        state.sequence = sequence == null ? 0 : sequence;
        state.policy = policy == null ? PoolPolicy.DEFAULT : policy;
        state.backlog.restore(stored.all(EntityKind.OWNER).values());
        state.quarantine.restore(stored.all(EntityKind.MARK).values(), tick);
        stored.all(EntityKind.EXECUTOR)
                .values()
                .forEach(it -> state.fleet.put(state.quarantine.joined(new ExecutorState(it, tick))));
        state.jobs.restore(jobs, clock == null ? 0 : clock.forgottenUpToMs());
        var resumption = new Resumption(state, tick);
        jobs.forEach(resumption::job);
        state.scopes.restore();
        stored.all(EntityKind.SCOPE).values().forEach(state.scopes::put);
        stored.all(EntityKind.DOMAIN).values().forEach(it -> state.scopes.put(it, tick));
        stored.all(EntityKind.TASK).values().forEach(resumption::task);
        stored.all(EntityKind.REVOKED).values().forEach(resumption::revoked);
        state.scopes.resume();
        state.backlog.restored(clock == null ? null : clock.virtualTime());
        resumption.recount();
        state.jobs.all().forEach(resumption::whole);
        state.look();
        state.dirty.clear();
        return state;
    }

    public String pool() {
        return pool;
    }

    public CoreConfig config() {
        return config;
    }

    /** Returns whether any job waits for its plan or for verdicts. */
    public boolean hasOpenJobs() {
        return jobs.hasOpen();
    }

    /** Returns the heap bytes of the open jobs and their tasks. */
    public HeldBytes held() {
        return held;
    }

    /** Returns how many jobs of an owner wait for their plan. */
    public int unplannedJobs(String owner) {
        return jobs.unplanned(owner);
    }

    /** Returns how many owners have work, settings, or a virtual time ahead of the pool's virtual clock. */
    public int owners() {
        return backlog.owners().size();
    }

    /** Returns whether nothing can become due by the passage of time, because there are neither open jobs nor executors. */
    public boolean isAsleep() {
        return !hasOpenJobs() && fleet.all().isEmpty();
    }

    public long sequence() {
        return sequence;
    }

    public @Nullable JobState job(String jobId) {
        return jobs.get(jobId);
    }

    Jobs jobs() {
        return jobs;
    }

    Tasks tasks() {
        return tasks;
    }

    /** Returns the collector of the changes to make durable. */
    Dirty dirty() {
        return dirty;
    }

    public @Nullable TaskState task(String taskId) {
        return tasks.get(taskId);
    }

    /** Returns the first test of a job that has no verdict, or null if there is none. */
    @Nullable
    public TaskState firstOpenTest(String jobId) {
        return tasks.firstTest(jobId);
    }

    public ScopesView scopes() {
        return scopes;
    }

    /** The scopes, for transitions to change. */
    Scopes mutableScopes() {
        return scopes;
    }

    private boolean mayOpenScopes(String jobId) {
        return jobs.get(jobId) instanceof JobState.Running job && job.counters().isWhole();
    }

    public BacklogView backlog() {
        return backlog;
    }

    /** The backlog, for transitions to change. */
    Backlog mutableBacklog() {
        return backlog;
    }

    public FleetView fleet() {
        return fleet;
    }

    /** The fleet, for transitions to change. */
    Fleet mutableFleet() {
        return fleet;
    }

    /** Returns whether a task of this owner may be sent ahead to wait behind a brief one. */
    public boolean mayLookAhead(String owner) {
        return overruns.mayLookAhead(owner);
    }

    Overruns overruns() {
        return overruns;
    }

    public PoolPolicy policy() {
        return policy;
    }

    /** Returns the clock, which must be made durable together with the sequence. */
    public PoolClock clock() {
        return new PoolClock(backlog.clock(), jobs.forgottenUpToMs());
    }

    /** Returns the account to make durable, or null if the owner was forgotten. */
    public @Nullable OwnerAccount account(String owner) {
        return backlog.account(owner);
    }

    @Nullable
    public ExecutorView executor(String executorId) {
        return fleet.get(executorId);
    }

    /** Returns the executor if its present incarnation is the given one, otherwise null. */
    @Nullable
    public ExecutorView executor(String executorId, String incarnation) {
        return fleet.get(executorId, incarnation);
    }

    public PendingJobs pendingJobs() {
        return pendingJobs;
    }

    public Arrivals arrivals() {
        return arrivals;
    }

    public Orphans orphans() {
        return orphans;
    }

    public Stragglers stragglers() {
        return stragglers;
    }

    public boolean isCancelling(String jobId) {
        return jobs.get(jobId) instanceof JobState.Cancelling;
    }

    public int queuedTasks() {
        return backlog.size();
    }

    /** Returns the task if it has attempts that may still decide it, otherwise null. */
    public TaskState.@Nullable Live live(String taskId) {
        return tasks.get(taskId) instanceof TaskState.Live live ? live : null;
    }

    /** Returns the state of a job, a task or an executor, in the terms of the transition table. */
    public StateKind kindOf(Entity entity) {
        String id = entity.id();
        return switch (entity.subject()) {
            case JOB -> StateKind.of(job(id));
            case TASK -> StateKind.of(task(id));
            case EXECUTOR -> StateKind.of(executor(id), mark(id));
            case SCOPE -> StateKind.of(scopes.storedScope(id));
        };
    }

    /** See {@link Transitions#entityOf}. */
    public @Nullable Entity entityOf(Event event) {
        return transitions.entityOf(event);
    }

    /** Returns the kinds of events that can be applied. */
    public Set<Class<? extends Event>> appliedEvents() {
        return transitions.kinds();
    }

    /** Returns the keys of the stored values that changed since the last call. */
    public Set<EntityKey> drainDirty() {
        return dirty.drain();
    }

    /** Returns the present value of an entity, or null if it does not exist any more and must be deleted from the store. */
    public @Nullable Object value(EntityKey key) {
        return values.of(key);
    }

    /**
     * Applies an accepted input or a decision. Nothing else changes the facts of the state.
     *
     * @throws IllegalTransitionException if the event is not allowed now; no job, task or executor was changed
     */
    public void apply(Event event, Now now) {
        transitions.apply(event, now);
    }

    /** See {@link Transitions#observe}. */
    public void observe(BiConsumer<Event, Runnable> observer) {
        transitions.observe(observer);
    }

    /** Notes that nothing is due for these jobs until another event about them is applied. */
    public void settled(Collection<String> jobIds) {
        jobIds.forEach(pendingJobs::settled);
        jobIds.forEach(scopes::settled);
    }

    /** The finished jobs that are remembered. */
    public Remembered remembered() {
        return jobs.remembered();
    }

    /** Makes the next ticks also forget all finished jobs that ended at {@code upToMs} or before, regardless of their age. */
    public void forgetFinished(long upToMs) {
        jobs.forgetUpTo(upToMs);
    }

    /** Notes which waiting tasks no executor could run, and forgets the owners that need not be remembered. */
    void noteEmptiness(Now now) {
        backlog.prune(now.tickMs());
        backlog.waitingNeeds().note(fleet, now.tickMs());
    }

    /** Finds out, after a change, which waiting tasks some executor can run. */
    void look() {
        backlog.waitingNeeds().look(fleet);
    }

    /** Returns the attempts that can no longer decide their tasks but still hold their slots. */
    RevokedAttempts revoked() {
        return revoked;
    }

    void decided(long decisionSequence) {
        sequence = Math.max(sequence, decisionSequence);
        dirty.meta();
    }

    void setPolicy(PoolPolicy changed) {
        policy = changed;
        dirty.policy();
    }

    public QuarantineView quarantine() {
        return quarantine;
    }

    /** Which executors are trusted, for transitions to change. */
    ExecutorQuarantine mutableQuarantine() {
        return quarantine;
    }

    /** Returns why an executor gets no work, or null if it is not marked. This is also the mark to make durable. */
    public @Nullable StandingOverride mark(String executorId) {
        return quarantine.mark(executorId);
    }

    @Nullable
    Registration registration(String executorId) {
        ExecutorState executor = fleet.get(executorId);
        return executor == null ? null : executor.registration();
    }
}
