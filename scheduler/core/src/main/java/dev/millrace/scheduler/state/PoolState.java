package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.OwnerAccount;
import dev.millrace.scheduler.model.PoolClock;
import dev.millrace.scheduler.model.PoolPolicy;
import dev.millrace.scheduler.model.Registration;
import dev.millrace.scheduler.model.RevokedAttempt;
import dev.millrace.scheduler.model.StandingOverride;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobRetryStarted;
import java.util.Collection;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Everything the scheduler knows of one pool. {@link #apply} is the only way it changes; what changed since the last
 * {@link #drainDirty} is to be made durable. Not thread-safe.
 */
public final class PoolState {
    private final String pool;
    private final CoreConfig config;
    private final Dirty dirty = new Dirty();
    private final HeldBytes held = new HeldBytes();
    private final Jobs jobs = new Jobs(dirty, held);
    private final Tasks tasks;
    private final Backlog backlog;
    private final Fleet fleet;
    private final Overruns overruns;
    private final Stragglers stragglers = new Stragglers();
    private final ExecutorQuarantine quarantine;
    private final PoolTransitions transitions = new PoolTransitions(this);

    private final PendingJobs pendingJobs = new PendingJobs();
    private final Arrivals arrivals = new Arrivals();
    private final Orphans orphans = new Orphans();
    private final RevokedAttempts revoked;
    private PoolPolicy policy = PoolPolicy.DEFAULT;
    private long sequence;

    public PoolState(String pool, CoreConfig config) {
        this(pool, config, ReadyOrder.MILLRACE);
    }

    /** @param order other than the scheduler's own only to compare it with others */
    public PoolState(String pool, CoreConfig config, ReadyOrder order) {
        this(pool, config, order, new Fleet());
    }

    PoolState(String pool, CoreConfig config, ReadyOrder order, Fleet fleet) {
        this.pool = pool;
        this.config = config;
        this.fleet = fleet;
        this.overruns = new Overruns(fleet);
        this.backlog = new Backlog(order, dirty::owner);
        this.revoked = new RevokedAttempts(backlog.settlements(), dirty);
        this.tasks = new Tasks(backlog, fleet, held, dirty);
        this.quarantine = new ExecutorQuarantine(fleet, tasks.needs(), dirty, backlog::isShared);
    }

    /**
     * The state that was made durable. Executors are as good as heard of at {@code tick}, so every lease restarts in full.
     */
    public static PoolState restore(
            String pool,
            CoreConfig config,
            long sequence,
            Collection<JobState> jobs,
            Collection<TaskState> tasks,
            Collection<Registration> executors,
            Collection<OwnerAccount> owners,
            Collection<StandingOverride> marks,
            Collection<RevokedAttempt> revoked,
            @Nullable PoolPolicy policy,
            @Nullable PoolClock clock,
            long tick) {
        var state = new PoolState(pool, config);
        state.sequence = sequence;
        state.policy = policy == null ? PoolPolicy.DEFAULT : policy;
        state.backlog.restore(owners);
        state.quarantine.restore(marks, tick);
        executors.forEach(it -> state.fleet.put(state.quarantine.joined(new ExecutorState(it, tick))));
        state.jobs.restore(jobs, clock == null ? 0 : clock.forgottenUpToMs());
        var resumption = new Resumption(state, tick);
        jobs.forEach(resumption::job);
        tasks.forEach(resumption::task);
        revoked.forEach(resumption::revoked);
        state.backlog.restored(clock == null ? null : clock.virtualTime());
        state.recount();
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

    /** Whether any job waits for its plan, or for verdicts. */
    public boolean hasOpenJobs() {
        return jobs.hasOpen();
    }

    /** Heap bytes of its open jobs and their tasks. */
    public HeldBytes held() {
        return held;
    }

    /** How many jobs of an owner wait for their plan. */
    public int unplannedJobs(String owner) {
        return jobs.unplanned(owner);
    }

    /** How many owners have work, settings or a debt. */
    public int owners() {
        return backlog.owners().size();
    }

    /** Whether only an input can change it: there are neither open jobs nor executors. */
    public boolean isAsleep() {
        return !hasOpenJobs() && fleet.all().isEmpty();
    }

    public long sequence() {
        return sequence;
    }

    public @Nullable JobState job(String jobId) {
        return jobs.get(jobId);
    }

    Tasks tasks() {
        return tasks;
    }

    public @Nullable TaskState task(String taskId) {
        return tasks.get(taskId);
    }

    /** The first task of a job that has no verdict, if there is one. */
    @Nullable
    public TaskState firstOpenTask(String jobId) {
        return tasks.first(jobId);
    }

    public Backlog backlog() {
        return backlog;
    }

    public Fleet fleet() {
        return fleet;
    }

    public Overruns overruns() {
        return overruns;
    }

    public PoolPolicy policy() {
        return policy;
    }

    /** To be made durable with the sequence. */
    public PoolClock clock() {
        return new PoolClock(backlog.clock(), jobs.forgottenUpToMs());
    }

    /** The account to make durable, or null when the owner is forgotten. */
    public @Nullable OwnerAccount account(String owner) {
        return backlog.account(owner);
    }

    @Nullable
    public ExecutorState executor(String executorId) {
        return fleet.get(executorId);
    }

    /** The executor if it lives the life named. */
    @Nullable
    public ExecutorState executor(String executorId, String incarnation) {
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

    /** The task if attempts are live that may decide it. */
    public TaskState.@Nullable Live live(String taskId) {
        return tasks.get(taskId) instanceof TaskState.Live live ? live : null;
    }

    /** Returns the changes since the last call. */
    public Dirty.Changes drainDirty() {
        return dirty.drain();
    }

    /** Applies an accepted input or a decision; events that say nothing about this state are ignored. Nothing else changes it. */
    public void apply(Event event, Now now) {
        transitions.apply(event, now);
    }

    /** See {@link PoolTransitions#observe}. */
    public void observe(BiConsumer<Event, Runnable> observer) {
        transitions.observe(observer);
    }

    /** Nothing is due for these jobs until an event touches them again. */
    public void settled(Collection<String> jobIds) {
        jobIds.forEach(pendingJobs::settled);
    }

    /** The finished jobs that are remembered. */
    public Remembered remembered() {
        return jobs.remembered();
    }

    /** Makes the next ticks forget finished jobs that ended by then, however young they are. */
    public void forgetFinished(long upToMs) {
        jobs.forgetUpTo(upToMs);
    }

    /** Applies the passage of time. */
    void tick(Now now) {
        noteEmptiness(now);
        overruns.forget(now.tickMs());
        quarantine.endProbations(config.probationMs(), now.tickMs());
        jobs.forget(config.tombstoneMs(), now.wallMs(), config.maxEventsPerInput());
    }

    /** Whether anybody could run what waits, and which owners need not be remembered. */
    void noteEmptiness(Now now) {
        backlog.prune(now.tickMs());
        backlog.waitingNeeds().note(fleet, now.tickMs());
    }

    /** Finds out who can be served after a change. */
    void look() {
        backlog.waitingNeeds().look(fleet);
    }

    /** Those that decide nothing any more and hold their slots. */
    RevokedAttempts revoked() {
        return revoked;
    }

    /** The revoked attempt to make durable, or null when it gave its slots back. */
    public @Nullable RevokedAttempt revoked(String id) {
        return revoked.get(id);
    }

    private void left(@Nullable ExecutorState gone, Now now) {
        if (gone != null) {
            orphans.leftBy(gone, this::live, now.tickMs());
            gone.holdings().forEach(holding -> revoked.freed(holding, null, now));
        }
    }

    void removeExecutor(String executorId, Now now) {
        left(fleet.remove(executorId), now);
        quarantine.left(executorId);
        dirty.executor(executorId);
        noteEmptiness(now);
    }

    void count(String jobId, UnaryOperator<JobState.Planned> change) {
        recount(jobId, change);
        if (jobs.get(jobId) != null) {
            dirty.job(jobId);
        }
    }

    /** A change that is found again from the tasks themselves, so it need not be made durable; see {@link #recount()}. */
    void recount(String jobId, UnaryOperator<JobState.Planned> change) {
        if (jobs.get(jobId) instanceof JobState.Planned job) {
            jobs.replace(jobId, change.apply(job));
            pendingJobs.progressed(jobId);
        }
    }

    /** Counts the restored tasks of each job anew. */
    private void recount() {
        for (String jobId : tasks.jobs()) {
            recount(jobId, job -> tasks.recounted(jobId, job));
        }
    }

    void setJob(String jobId, JobState job) {
        jobs.put(jobId, job);
    }

    void decided(long decisionSequence) {
        sequence = Math.max(sequence, decisionSequence);
        dirty.meta();
    }

    void setPolicy(PoolPolicy changed) {
        policy = changed;
        dirty.policy();
    }

    public ExecutorQuarantine quarantine() {
        return quarantine;
    }

    /** Why an executor gets no work, or null; also the mark to make durable. */
    public @Nullable StandingOverride mark(String executorId) {
        return quarantine.mark(executorId);
    }

    /** @param onTrial whether an executor that is cleared may turn out to be as sick as before */
    void setMark(String executorId, @Nullable StandingOverride mark, boolean onTrial, Now now) {
        quarantine.set(executorId, mark, onTrial, now.tickMs());
        noteEmptiness(now);
    }

    void putExecutor(ExecutorState executor, Now now) {
        left(fleet.get(executor.id()), now);
        fleet.put(quarantine.joined(executor));
        dirty.executor(executor.id());
        noteEmptiness(now);
    }

    void drainExecutor(String executorId, String reason, Now now) {
        fleet.change(executor(executorId), executor -> executor.drain(reason));
        dirty.executor(executorId);
        noteEmptiness(now);
    }

    void resumeExecutor(String executorId, Now now) {
        fleet.change(executor(executorId), ExecutorState::resume);
        dirty.executor(executorId);
        noteEmptiness(now);
    }

    /** The tasks of a job that starts are to arrive. */
    void expectTasks(String jobId, int tasks, @Nullable Long taskBytes, Now now) {
        JobState job = jobs.get(jobId);
        if (job != null) {
            held.expect(jobId, job.info().owner(), taskBytes == null ? tasks * HeldBytes.TASK_BYTES : taskBytes);
        }
        arrivals.expect(jobId, now.tickMs());
    }

    /** All tasks of a job have arrived, or are not expected any more. */
    void allArrived(String jobId) {
        held.whole(jobId);
        arrivals.whole(jobId);
    }

    void finishJob(JobState.Finished finished) {
        String jobId = finished.info().jobId();
        jobs.finish(finished);
        tasks.forget(jobId);
        quarantine.toReopen().removeIf(verdict -> verdict.task().jobId().equals(jobId));
        pendingJobs.finished(jobId);
        allArrived(jobId);
    }

    /** A finished job runs again; its tasks follow. */
    void reopenJob(JobState.Finished job, JobRetryStarted reopened) {
        setJob(reopened.jobId(), job.reopened(reopened));
        pendingJobs.attend(reopened.jobId());
        pendingJobs.progressed(reopened.jobId());
    }

    /** The registration to make durable, or null when the executor is gone. */
    public @Nullable Registration registration(String executorId) {
        ExecutorState executor = fleet.get(executorId);
        return executor == null ? null : executor.registration();
    }
}
