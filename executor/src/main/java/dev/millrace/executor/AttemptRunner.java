package dev.millrace.executor;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.executor.io.InputCache;
import dev.millrace.executor.process.TaskProcess;
import dev.millrace.executor.process.Watchdog;
import dev.millrace.platform.blob.BlobNotFoundException;
import dev.millrace.platform.blob.CorruptBlobException;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.event.AttemptFinished;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.AttemptReturned;
import dev.millrace.schemas.event.AttemptStarted;
import dev.millrace.schemas.event.CaseCounts;
import dev.millrace.schemas.event.LogRef;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.plan.PlannedTask;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one attempt from dispatch to report. The slot's thread prepares and runs; as soon as the process is gone the slot is
 * free, while sealing and reporting go on elsewhere under the same lease.
 */
final class AttemptRunner {
    private static final Logger LOG = LoggerFactory.getLogger(AttemptRunner.class);
    private static final int STORE_ATTEMPTS = 6;
    private static final long STORE_PAUSE_MS = 500;
    private static final int SIGKILLED = 137;
    private static final int MAX_REASON = 2_000;

    private final ExecutorSettings settings;
    private final String incarnation;
    private final InputCache inputs;
    private final PlanCache plans;
    private final Watchdog watchdog;
    private final AttemptSealer sealer;
    private final Reporter reporter;
    private final HeldAttempts held;
    private final Executor finishing;
    private final Map<HeldAttempts.Held, TaskRun> running = new ConcurrentHashMap<>();

    AttemptRunner(
            ExecutorSettings settings,
            String incarnation,
            InputCache inputs,
            Watchdog watchdog,
            AttemptSealer sealer,
            Reporter reporter,
            HeldAttempts held,
            Executor finishing) {
        this.settings = settings;
        this.incarnation = incarnation;
        this.inputs = inputs;
        this.plans = new PlanCache(inputs);
        this.watchdog = watchdog;
        this.sealer = sealer;
        this.reporter = reporter;
        this.held = held;
        this.finishing = finishing;
    }

    /** Runs on a slot's thread; returns when the slot is free. */
    void run(HeldAttempts.Held attempt, int slot, BooleanSupplier draining, LongPredicate watchdogKilledSince)
            throws InterruptedException {
        try {
            attempt(attempt, slot, draining, watchdogKilledSince);
        } catch (RuntimeException | Error e) {
            // Whatever went wrong, the scheduler must hear of it: an attempt that is merely listed would never end.
            LOG.atError()
                    .addKeyValue("taskId", attempt.dispatch.taskId())
                    .setCause(e)
                    .log("the executor failed an attempt");
            finishUnstarted(attempt.dispatch, null, Outcome.EXECUTOR_FAILED, "the executor failed: " + e);
        }
    }

    private void attempt(
            HeldAttempts.Held attempt, int slot, BooleanSupplier draining, LongPredicate watchdogKilledSince)
            throws InterruptedException {
        TaskDispatched dispatch = attempt.dispatch;
        if (attempt.isRevoked()) {
            giveBack(dispatch, "revoked before it started");
            return;
        }
        var directories = AttemptDirectories.of(
                settings.directory().resolve("work"), attempt.key().text());
        PlannedTask task;
        TaskRun run;
        try {
            task = prepared(attempt, directories, draining);
        } catch (IOException | RuntimeException e) {
            if (attempt.isRevoked() || draining.getAsBoolean()) {
                delete(directories);
                giveBack(dispatch, "not started any more");
                return;
            }
            LOG.atWarn()
                    .addKeyValue("taskId", dispatch.taskId())
                    .addKeyValue("cause", e)
                    .log("inputs are unavailable");
            finishUnstarted(
                    dispatch, directories, Outcome.INPUTS_UNAVAILABLE, "inputs are unavailable: " + e.getMessage());
            return;
        }
        Map<String, String> environment = environment(dispatch, task, slot, directories);
        String path = environment.getOrDefault("PATH", settings.path());
        var missing = TaskProcess.missingCommand(task.command().get(0), directories.root(), path);
        if (missing.isPresent()) {
            finishUnstarted(dispatch, directories, Outcome.NOT_STARTED, missing.get());
            return;
        }
        if (attempt.isRevoked() || draining.getAsBoolean()) {
            delete(directories);
            giveBack(dispatch, "not started any more");
            return;
        }
        long startedNanos = System.nanoTime();
        try {
            run = TaskRun.start(settings, task, attempt.key(), directories, environment, watchdog, reporter::tell);
        } catch (IOException e) {
            if (!watchdog.isAlive()) {
                delete(directories);
                giveBack(dispatch, "the executor's watchdog is gone");
                return;
            }
            finishUnstarted(
                    dispatch,
                    directories,
                    Outcome.EXECUTOR_FAILED,
                    "the process could not be started: " + e.getMessage());
            return;
        }
        attempt.whenRevoked(() -> run.stop(StopReason.REVOKED));
        reporter.tell(new AttemptStarted(
                dispatch.taskId(),
                dispatch.jobId(),
                dispatch.pool(),
                dispatch.attempt(),
                dispatch.epoch(),
                settings.id(),
                incarnation,
                slot,
                run.startedAtMs()));
        running.put(attempt, run);
        try {
            TaskRun.Ended ended = run.await();
            if (ended.stopped() == StopReason.NONE
                    && ended.exitValue() == SIGKILLED
                    && watchdogKilledSince.test(startedNanos)) {
                // It was our own watchdog, while this process was silent; the test is not to blame.
                ended = ended.givenUp();
            }
            TaskRun.Ended end = ended;
            watchdog.remove(run.pid());
            finishing.execute(() -> seal(dispatch, task, end, directories));
        } catch (IOException e) {
            LOG.atError().addKeyValue("taskId", dispatch.taskId()).setCause(e).log("the executor failed an attempt");
            finishUnstarted(dispatch, directories, Outcome.EXECUTOR_FAILED, "the executor failed: " + e.getMessage());
        } finally {
            running.remove(attempt);
        }
    }

    /** The inputs in place. An artifact service that is away for a while costs time, not an attempt. */
    private PlannedTask prepared(HeldAttempts.Held attempt, AttemptDirectories directories, BooleanSupplier draining)
            throws IOException {
        for (int i = 1; true; i++) {
            try {
                directories.create();
                Plan plan = plans.get(attempt.dispatch.planDigest());
                Tree tree = plans.tree(plan.inputTree());
                inputs.materialise(tree, directories.root());
                return plan.tasks().get(attempt.dispatch.index());
            } catch (BlobNotFoundException | CorruptBlobException | JsonProcessingException e) {
                // Asking again would bring the same.
                throw e;
            } catch (IOException e) {
                if (i == STORE_ATTEMPTS || attempt.isRevoked() || draining.getAsBoolean()) {
                    throw e;
                }
                LOG.atWarn().addKeyValue("cause", e).addKeyValue("try", i).log("inputs cannot be had yet");
                directories.delete();
                pause(STORE_PAUSE_MS << i);
            }
        }
    }

    /** Stops every running task, {@code GIVEN_UP} with time to go in order or {@code LEASE_LOST} at once; each is given back. */
    void giveUpAll(StopReason reason) {
        running.values().forEach(run -> run.stop(reason));
    }

    int runningCount() {
        return running.size();
    }

    private Map<String, String> environment(
            TaskDispatched dispatch, PlannedTask task, int slot, AttemptDirectories directories) {
        var environment = new HashMap<String, String>();
        environment.put("PATH", settings.path());
        // So that a Python test that hangs can say where; see HangReport.
        environment.put("PYTHONFAULTHANDLER", "1");
        environment.putAll(task.env());
        environment.put("HOME", directories.home().toString());
        environment.put("TMPDIR", directories.tmp().toString());
        environment.put("MILLRACE_JOB", dispatch.jobId());
        environment.put("MILLRACE_TASK", dispatch.taskId());
        environment.put("MILLRACE_ATTEMPT", Integer.toString(dispatch.attempt()));
        environment.put("MILLRACE_SLOT", Integer.toString(slot));
        environment.put("MILLRACE_OUT", directories.out().toString());
        return environment;
    }

    private void seal(TaskDispatched dispatch, PlannedTask task, TaskRun.Ended ended, AttemptDirectories directories) {
        try {
            if (ended.stopped() == StopReason.GIVEN_UP || ended.stopped() == StopReason.LEASE_LOST) {
                giveBack(dispatch, "the executor gave it up");
                return;
            }
            if (ended.stopped() == StopReason.REVOKED) {
                // Nothing it left can be referred to any more, so it is not stored.
                giveBack(dispatch, "it was revoked");
                return;
            }
            finished(dispatch, sealed(task, ended, directories));
        } catch (RuntimeException | Error e) {
            LOG.atError().addKeyValue("taskId", dispatch.taskId()).setCause(e).log("a result could not be reported");
            finished(
                    dispatch,
                    result(
                            Outcome.EXECUTOR_FAILED,
                            "the result could not be reported: " + e,
                            ended.startedAtMs(),
                            ended.durationMs()));
        } finally {
            delete(directories);
        }
    }

    private AttemptResult sealed(PlannedTask task, TaskRun.Ended ended, AttemptDirectories directories) {
        IOException last = null;
        for (int i = 1; i <= STORE_ATTEMPTS; i++) {
            try {
                return sealer.seal(task, ended, directories);
            } catch (IOException e) {
                last = e;
                LOG.atWarn().addKeyValue("cause", e).addKeyValue("try", i).log("results cannot be stored yet");
                pause(STORE_PAUSE_MS << i);
            }
        }
        return result(
                Outcome.EXECUTOR_FAILED,
                "logs and artifacts could not be stored: " + last,
                ended.startedAtMs(),
                ended.durationMs());
    }

    private static void pause(long ms) {
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void finishUnstarted(
            TaskDispatched dispatch, @Nullable AttemptDirectories directories, Outcome outcome, String reason) {
        finishing.execute(() -> {
            finished(dispatch, result(outcome, reason, System.currentTimeMillis(), 0));
            if (directories != null) {
                delete(directories);
            }
        });
    }

    /** Reasons travel in events, which have a limit. */
    static String cut(String reason) {
        return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON) + "…";
    }

    /** The result of an attempt of which there is nothing to keep. */
    static AttemptResult result(Outcome outcome, String reason, long startedAtMs, long durationMs) {
        return new AttemptResult(
                outcome,
                null,
                null,
                cut(reason),
                startedAtMs,
                durationMs,
                LogRef.EMPTY,
                LogRef.EMPTY,
                null,
                null,
                CaseCounts.NONE,
                List.of());
    }

    private void finished(TaskDispatched dispatch, AttemptResult result) {
        reporter.report(new AttemptFinished(
                dispatch.taskId(),
                dispatch.jobId(),
                dispatch.pool(),
                dispatch.attempt(),
                dispatch.epoch(),
                settings.id(),
                incarnation,
                result));
        held.release(dispatch.attemptKey());
    }

    /** Back to the scheduler, uncharged. */
    void giveBack(TaskDispatched dispatch, String reason) {
        reporter.report(new AttemptReturned(
                dispatch.taskId(),
                dispatch.jobId(),
                dispatch.pool(),
                dispatch.attempt(),
                dispatch.epoch(),
                settings.id(),
                incarnation,
                cut(reason)));
        held.release(dispatch.attemptKey());
    }

    private static void delete(AttemptDirectories directories) {
        try {
            directories.delete();
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("directory", directories.base())
                    .addKeyValue("cause", e)
                    .log("a work directory is left behind");
        }
    }
}
