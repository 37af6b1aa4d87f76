package dev.millrace.executor.attempt;

import dev.millrace.executor.attempt.AttemptPreparation.Prepared;
import dev.millrace.executor.disk.DiskWatch;
import dev.millrace.executor.files.AttemptDirectories;
import dev.millrace.executor.process.Launch;
import dev.millrace.executor.process.StopReason;
import dev.millrace.executor.process.TaskCgroup;
import dev.millrace.executor.process.Watchdog;
import dev.millrace.executor.sandbox.Sandbox;
import dev.millrace.executor.settings.ExecutorSettings;
import dev.millrace.platform.work.FairExecutor;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.TaskDispatched;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes each attempt from its dispatch to its report. The slot's thread prepares and runs the attempt. As soon as the process has ended,
 * the slot is free. Other threads then seal and report the attempt under the same lease.
 */
public final class AttemptRunner {
    private static final Logger LOG = LoggerFactory.getLogger(AttemptRunner.class);
    private static final int SIGKILLED = 137;

    /**
     * Tasks that are expected to be this short report their start only if they still run after {@link #TELL_START_MS}, which saves an
     * event.
     */
    private static final long BRIEF_MS = 300;

    private static final long TELL_START_MS = 150;
    private static final String TOO_LONG_ARGUMENTS = "error=7,";

    private final ExecutorSettings settings;
    private final AttemptPreparation preparation;
    private final Sandbox sandbox;
    private final DiskWatch disk;
    private final Watchdog watchdog;
    private final AttemptSealer sealer;
    private final AttemptReports reports;
    private final ResultSpool spool;
    private final FairExecutor finishing;
    private final TaskExecution execution;
    private final TaskExecution.Live liveOutput;
    private final Leftovers leftovers;
    private final Map<HeldAttempts.Held, TaskRun> running = new ConcurrentHashMap<>();

    public AttemptRunner(
            ExecutorSettings settings,
            AttemptPreparation preparation,
            Sandbox sandbox,
            DiskWatch disk,
            Watchdog watchdog,
            AttemptSealer sealer,
            LiveEvents live,
            AttemptReports reports,
            ResultSpool spool,
            FairExecutor finishing,
            Executor readers) {
        this.settings = settings;
        this.preparation = preparation;
        this.sandbox = sandbox;
        this.disk = disk;
        this.watchdog = watchdog;
        this.sealer = sealer;
        this.reports = reports;
        this.spool = spool;
        this.finishing = finishing;
        this.execution = new TaskExecution(settings, preparation, sandbox, watchdog, readers);
        this.liveOutput = new TaskExecution.Live(settings.tailBytesPerSecond(), live::tell);
        this.leftovers = new Leftovers(watchdog);
    }

    /** Runs an attempt on the slot's thread. Returns when the slot is free. */
    @SuppressWarnings("try") // The ids are for log lines.
    public void run(HeldAttempts.Held attempt, int slot, BooleanSupplier draining, LongPredicate watchdogKilledSince)
            throws InterruptedException {
        attempt.takeSlot();
        try (var ids = AttemptLog.of(attempt.dispatch)) {
            runLogged(attempt, slot, draining, watchdogKilledSince);
        }
    }

    private void runLogged(
            HeldAttempts.Held attempt, int slot, BooleanSupplier draining, LongPredicate watchdogKilledSince)
            throws InterruptedException {
        AttemptDirectories directories = AttemptDirectories.of(
                settings.directory().resolve("work"), attempt.key().text());
        try {
            settle(attempt, directories, end(attempt, slot, directories, draining, watchdogKilledSince));
        } catch (RuntimeException | Error e) {
            // Reports every failure to the scheduler: an attempt that stays listed would never end.
            LOG.atError().setCause(e).log("the executor failed an attempt");
            settle(
                    attempt,
                    directories,
                    new AttemptEnd.NotRun(Outcome.EXECUTOR_FAILED, "the executor failed: " + e, null));
        } finally {
            // Removed only now, because a stop waits for all running attempts before it closes the spool.
            running.remove(attempt);
        }
    }

    private AttemptEnd end(
            HeldAttempts.Held attempt,
            int slot,
            AttemptDirectories directories,
            BooleanSupplier draining,
            LongPredicate watchdogKilledSince)
            throws InterruptedException {
        if (attempt.isRevoked()) {
            return new AttemptEnd.GivenBack("revoked before it started", null);
        }
        BooleanSupplier unwanted = () -> attempt.isRevoked() || draining.getAsBoolean();
        Prepared prepared;
        try {
            prepared = preparation.prepare(AttemptPreparation.Order.of(attempt.dispatch), directories, true, unwanted);
        } catch (IOException | RuntimeException e) {
            if (unwanted.getAsBoolean()) {
                return new AttemptEnd.GivenBack("not started any more", null);
            }
            LOG.atWarn().addKeyValue("cause", e).log("the inputs of an attempt are unavailable");
            return new AttemptEnd.NotRun(Outcome.INPUTS_UNAVAILABLE, "inputs are unavailable: " + e.getMessage(), null);
        }
        try {
            AttemptEnd end = endOfPrepared(attempt, slot, directories, prepared, unwanted, watchdogKilledSince);
            if (!end.mayUseInputs()) {
                prepared.inputs().close();
            }
            return end;
        } catch (InterruptedException | RuntimeException | Error e) {
            prepared.inputs().close();
            throw e;
        }
    }

    private AttemptEnd endOfPrepared(
            HeldAttempts.Held attempt,
            int slot,
            AttemptDirectories directories,
            Prepared prepared,
            BooleanSupplier unwanted,
            LongPredicate watchdogKilledSince)
            throws InterruptedException {
        Map<String, String> environment = preparation.environment(attempt.key(), prepared, slot);
        var missing = preparation.missingCommand(prepared, environment);
        if (missing.isPresent()) {
            return new AttemptEnd.NotRun(Outcome.NOT_STARTED, missing.get(), null);
        }
        if (unwanted.getAsBoolean()) {
            return new AttemptEnd.GivenBack("not started any more", null);
        }
        long startedNanos = System.nanoTime();
        Launch launch = null;
        TaskRun run;
        try {
            launch = execution.launch(prepared, environment);
            run = execution.start(
                    new TaskExecution.Place(attempt.key(), directories, directories.base()),
                    prepared,
                    launch,
                    liveOutput);
        } catch (IOException | RuntimeException | Error e) {
            return notStarted(launch == null ? null : launch.group(), e);
        }
        disk.watch(directories, run::pids, run::stop);
        attempt.whenRevoked(() -> run.stop(StopReason.REVOKED));
        running.put(attempt, run);
        try {
            TaskRun.Ended ended = run.await(
                    prepared.task().estimateMs() <= BRIEF_MS ? TELL_START_MS : 0,
                    () -> reports.started(attempt.dispatch, slot, run.startedAtMs()));
            if (ended.stopped() == StopReason.NONE
                    && ended.exitValue() == SIGKILLED
                    && watchdogKilledSince.test(startedNanos)) {
                // The executor's own watchdog may have killed it while this process was silent, so the task is not to
                // blame.
                ended = ended.givenUp();
            }
            watchdog.ended(run.watched());
            return new AttemptEnd.Ended(new EndedAttempt(
                    attempt, prepared, ended, directories, launch.group(), slot, sandbox, sealer, reports, leftovers));
        } catch (RuntimeException | Error e) {
            LOG.atError().setCause(e).log("the executor failed an attempt");
            // The inputs may still be mounted for processes that could not be killed, so they are released later.
            leftovers.later(attempt.key(), directories, launch.group(), prepared.inputs());
            return new AttemptEnd.LostSight("the executor failed: " + e.getMessage());
        } finally {
            // The process has ended. While its files are measured, which may take a while, it must not be chosen to be
            // stopped when the disk runs short.
            disk.forget(directories);
        }
    }

    /** Returns the end of an attempt whose process did not start, or was killed because it could not be supervised. */
    private static AttemptEnd notStarted(@Nullable TaskCgroup group, Throwable cause) {
        if (cause instanceof Watchdog.GoneException) {
            return new AttemptEnd.GivenBack("the executor's watchdog is gone", group);
        }
        boolean byTask = String.valueOf(cause.getMessage()).contains(TOO_LONG_ARGUMENTS);
        return new AttemptEnd.NotRun(
                byTask ? Outcome.NOT_STARTED : Outcome.EXECUTOR_FAILED,
                byTask
                        ? "the command and its environment are longer than a process may have"
                        : "the process could not be started: " + cause.getMessage(),
                group);
    }

    /**
     * Lets other threads report the end and delete what the attempt left. Blocks while the owner's waiting results use their full part of
     * the spool.
     */
    private void settle(HeldAttempts.Held attempt, AttemptDirectories directories, AttemptEnd end) {
        TaskDispatched dispatch = attempt.dispatch;
        if (end instanceof AttemptEnd.Ended it) {
            EndedAttempt ended = it.attempt();
            ended.unfinished()
                    .ifPresentOrElse(reason -> later(dispatch, () -> ended.giveBack(reason)), () -> store(ended));
        } else if (end instanceof AttemptEnd.GivenBack it) {
            later(dispatch, () -> {
                reports.returned(dispatch, it.reason());
                leftovers.remove(attempt.key(), directories, it.group());
            });
        } else if (end instanceof AttemptEnd.NotRun it) {
            Runnable report = reportOf(attempt, it.outcome(), it.reason());
            later(dispatch, () -> {
                report.run();
                leftovers.remove(attempt.key(), directories, it.group());
            });
        } else if (end instanceof AttemptEnd.LostSight it) {
            later(dispatch, reportOf(attempt, Outcome.EXECUTOR_FAILED, it.reason()));
        }
    }

    private void store(EndedAttempt ended) {
        try {
            spool.add(ended);
        } catch (RuntimeException | Error e) {
            LOG.atError().setCause(e).log("the executor failed an attempt");
            ended.finish(ended.unstored("the executor failed: " + e));
        }
    }

    /** Returns the report of an attempt without a result. Its owner is charged for the time that it has held a slot until now. */
    private Runnable reportOf(HeldAttempts.Held attempt, Outcome outcome, String reason) {
        long slotMs = attempt.slotMs();
        var result = AttemptReports.empty(outcome, reason, System.currentTimeMillis() - slotMs, slotMs);
        return () -> reports.finished(attempt.dispatch, result);
    }

    private void later(TaskDispatched dispatch, Runnable work) {
        finishing.execute(dispatch.turn(), AttemptLog.with(dispatch, work), () -> {});
    }

    /** Stops every running task, with grace time to end by itself. Each attempt is given back to the scheduler. */
    public void giveUpAll() {
        running.values().forEach(run -> run.stop(StopReason.GIVEN_UP));
    }

    /**
     * Kills every running task on the calling thread, whatever its slot's thread is waiting for and without grace time. Each attempt is
     * given back to the scheduler. Makes only one pass and does not wait, so it must be called repeatedly until the lease holds again.
     */
    public void leaseLost() {
        // First kills the first process of each task, which ends a namespace at once; then kills all other processes of
        // each task.
        running.values().forEach(run -> run.stop(StopReason.LEASE_LOST));
        running.values().forEach(TaskRun::strike);
    }

    public int runningCount() {
        return running.size();
    }

    /** Gives back an attempt that never had a slot, charged to no budget. Does not wait. */
    public void giveBack(TaskDispatched dispatch, String reason) {
        later(dispatch, () -> reports.returned(dispatch, reason));
    }
}
