package dev.millrace.executor;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.executor.io.InputCache;
import dev.millrace.executor.process.TaskLimits;
import dev.millrace.executor.process.TaskProcess;
import dev.millrace.executor.sandbox.Place;
import dev.millrace.executor.sandbox.Sandbox;
import dev.millrace.executor.sandbox.TaskPaths;
import dev.millrace.executor.sandbox.Workspace;
import dev.millrace.platform.blob.BlobNotFoundException;
import dev.millrace.platform.blob.CorruptBlobException;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.plan.PlannedTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an attempt needs before its process can start: its inputs in place, its environment, its limits. */
final class AttemptPreparation {
    private static final Logger LOG = LoggerFactory.getLogger(AttemptPreparation.class);
    static final int STORE_ATTEMPTS = 6;
    static final long STORE_PAUSE_MS = 500;

    private final ExecutorSettings settings;
    private final InputCache inputs;
    private final PlanCache plans;
    private final Sandbox sandbox;

    AttemptPreparation(ExecutorSettings settings, InputCache inputs, Sandbox sandbox) {
        this.settings = settings;
        this.inputs = inputs;
        this.plans = new PlanCache(inputs);
        this.sandbox = sandbox;
    }

    /** A task whose inputs are in place, to be closed when the attempt's directories are done with. */
    record Prepared(PlannedTask task, Workspace workspace, InputCache.Placed inputs) {
        Place place() {
            String mountAt = task.mountAt();
            String directory = task.directory();
            return new Place(mountAt == null ? null : Path.of(mountAt), directory == null ? "" : directory);
        }
    }

    /**
     * The inputs in place. An artifact service that is away for a while costs time, not an attempt.
     *
     * @param share whether large inputs may be laid under the directory instead of copied into it
     */
    Prepared prepare(
            Digest planDigest, int index, AttemptDirectories directories, boolean share, BooleanSupplier unwanted)
            throws IOException {
        for (int i = 1; true; i++) {
            try {
                directories.create();
                Plan plan = plans.get(planDigest);
                Tree tree = plans.tree(plan.inputTree());
                InputCache.Placed placed =
                        inputs.place(plan.inputTree(), tree, directories.root(), share && sandbox.overlays());
                Path lower = placed.shared();
                Workspace workspace = lower == null ? directories.workspace() : directories.workspaceOver(lower);
                return new Prepared(plan.tasks().get(index), workspace, placed);
            } catch (BlobNotFoundException | CorruptBlobException | JsonProcessingException e) {
                // Asking again would bring the same.
                throw e;
            } catch (IOException e) {
                if (i == STORE_ATTEMPTS || unwanted.getAsBoolean()) {
                    throw e;
                }
                LOG.atWarn().addKeyValue("cause", e).addKeyValue("try", i).log("inputs cannot be had yet");
                directories.delete();
                pause(STORE_PAUSE_MS << i);
            }
        }
    }

    static void pause(long ms) {
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    Map<String, String> environment(AttemptKey key, Prepared prepared, int slot) {
        TaskPaths view = sandbox.view(prepared.workspace(), prepared.place());
        var environment = new HashMap<String, String>();
        environment.put("PATH", settings.path());
        // So that a Python test that hangs can say where; see HangReport.
        environment.put("PYTHONFAULTHANDLER", "1");
        environment.putAll(prepared.task().env());
        environment.put("HOME", view.home().toString());
        environment.put("TMPDIR", view.tmp().toString());
        environment.put("MILLRACE_JOB", Ids.jobOfTask(key.taskId()));
        environment.put("MILLRACE_TASK", key.taskId());
        environment.put("MILLRACE_ATTEMPT", Integer.toString(key.attempt()));
        environment.put("MILLRACE_SLOT", Integer.toString(slot));
        environment.put("MILLRACE_OUT", view.out().toString());
        return environment;
    }

    /** Why the task's command cannot be started, if it cannot. */
    Optional<String> missingCommand(Prepared prepared, Map<String, String> environment) {
        return TaskProcess.missingCommand(
                        prepared.task().command().get(0),
                        sandbox.view(prepared.workspace(), prepared.place())
                                .work()
                                .resolve(prepared.place().directory()),
                        environment.getOrDefault("PATH", settings.path()),
                        seen -> sandbox.behind(seen, prepared.workspace(), prepared.place()))
                .map(problem -> sandbox.shown().isEmpty()
                        ? problem
                        : problem + "; of the executor's machine tasks see " + sandbox.shown()
                                + " (executor.sandboxPaths)");
    }

    /** As many shares of the machine as the task takes slots. */
    TaskLimits limits(PlannedTask task) {
        Needs needs = task.needs() == null ? Needs.NOTHING : task.needs();
        int taken = settings.capacity().slotsTaken(needs, settings.slots());
        long memory = settings.capacity().memoryBytes() / settings.slots() * taken;
        return new TaskLimits(
                Math.max(memory, needs.memoryBytes()), taken, settings.sandbox().maxPids());
    }
}
