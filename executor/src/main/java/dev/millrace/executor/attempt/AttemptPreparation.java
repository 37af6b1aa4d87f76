package dev.millrace.executor.attempt;

import dev.millrace.executor.artifacts.ArtifactCollector;
import dev.millrace.executor.cases.EarlierCases;
import dev.millrace.executor.files.AttemptDirectories;
import dev.millrace.executor.files.Workspace;
import dev.millrace.executor.inputs.InputCache;
import dev.millrace.executor.inputs.PlacedInputs;
import dev.millrace.executor.inputs.UnusableInputsException;
import dev.millrace.executor.process.TaskLimits;
import dev.millrace.executor.process.TaskProcess;
import dev.millrace.executor.sandbox.Sandbox;
import dev.millrace.executor.sandbox.TaskLocation;
import dev.millrace.executor.sandbox.TaskPaths;
import dev.millrace.executor.scope.ScopeContext;
import dev.millrace.executor.scope.ScopeEnvironment;
import dev.millrace.executor.settings.ExecutorSettings;
import dev.millrace.platform.blob.BlobNotFoundException;
import dev.millrace.platform.blob.CorruptBlobException;
import dev.millrace.platform.work.ByteBudget;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Role;
import dev.millrace.schemas.event.ScopeRef;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.plan.PlannedScope;
import dev.millrace.schemas.plan.PlannedTask;
import dev.millrace.schemas.spec.Suite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Prepares an attempt so that its process can start: its inputs in place, its environment, its limits. */
public final class AttemptPreparation {
    private static final Logger LOG = LoggerFactory.getLogger(AttemptPreparation.class);
    private static final long LOOK_MS = 100;

    private final ExecutorSettings settings;
    private final InputCache inputs;
    private final PlanCache plans;
    private final MissingInputs missing = new MissingInputs(System::nanoTime);
    private final Sandbox sandbox;
    private final StorePatience patience;

    public AttemptPreparation(ExecutorSettings settings, InputCache inputs, Sandbox sandbox, ByteBudget room) {
        this.settings = settings;
        this.inputs = inputs;
        this.plans = new PlanCache(inputs, settings.planCacheBytes(), room);
        this.sandbox = sandbox;
        this.patience = new StorePatience(settings.storeWaitMs());
    }

    /**
     * A task whose inputs are in place. The inputs must be closed when the attempt's directories are no longer needed.
     *
     * @param suite the suite of the task; null if the task belongs to no suite
     * @param earlier the results that an earlier attempt has settled, which this one does not run again; null if it runs everything
     * @param someCases whether a file names the cases to run
     * @param scope digest of the context of the task's scope; null if there is none
     * @param scopeVariables the environment variables of that context
     */
    public record Prepared(
            PlannedTask task,
            Workspace workspace,
            PlacedInputs inputs,
            @Nullable Suite suite,
            @Nullable Digest retryOf,
            @Nullable EarlierCases earlier,
            boolean someCases,
            @Nullable Digest scope,
            Map<String, String> scopeVariables) {
        public TaskLocation location() {
            String mountAt = task.mountAt();
            String directory = task.directory();
            return new TaskLocation(mountAt == null ? null : Path.of(mountAt), directory == null ? "" : directory);
        }

        private Prepared narrowed(Digest before, EarlierCases settled, Suite of, boolean tellsCases) {
            List<String> left = settled.left();
            return new Prepared(
                    task.narrowed(left, of.command(left)),
                    workspace,
                    inputs,
                    of,
                    before,
                    settled,
                    tellsCases,
                    scope,
                    scopeVariables);
        }
    }

    /**
     * What to prepare.
     *
     * @param owner the owner of the task; owners take turns at fetching inputs
     * @param retryOf the results of an earlier attempt; only the cases that did not pass in it run again; null to run everything
     * @param scopeContext what the set-up of the task's scope left; null for nothing
     */
    public record Order(
            String owner, Digest planDigest, int index, @Nullable Digest retryOf, @Nullable Digest scopeContext) {
        static Order of(TaskDispatched dispatch) {
            ScopeRef scope = dispatch.scope();
            return new Order(
                    dispatch.turn(),
                    dispatch.planDigest(),
                    dispatch.index(),
                    dispatch.retryOf(),
                    scope == null ? null : scope.context());
        }
    }

    /**
     * Puts the inputs in place. If the artifact service is unreachable for a while, this waits and tries again, so that the attempt does
     * not fail.
     *
     * @param share whether large inputs may be the shared lower layer of an overlay at the directory, instead of being copied into it
     */
    public Prepared prepare(Order order, AttemptDirectories directories, boolean share, BooleanSupplier unwanted)
            throws IOException {
        long since = System.nanoTime();
        for (int tries = 1; true; tries++) {
            try {
                return prepare(order, directories, share);
            } catch (IOException e) {
                long waitedMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
                if (unwanted.getAsBoolean() || !patience.lasts(e, tries, waitedMs)) {
                    throw e;
                }
                LOG.atWarn()
                        .addKeyValue("cause", e)
                        .addKeyValue("try", tries)
                        .log("the inputs of an attempt are not available yet");
                directories.delete();
                pause(StorePatience.pauseMs(tries), unwanted);
            }
        }
    }

    private Prepared prepare(Order order, AttemptDirectories directories, boolean share) throws IOException {
        directories.create(sandbox.memory());
        String owner = order.owner();
        Plan plan = plans.get(owner, order.planDigest());
        PlannedTask task = plan.tasks().get(order.index());
        PlacedInputs placed = place(owner, plan.inputTree(), directories.root(), share);
        try {
            PlannedScope scope = task.scope();
            Map<String, String> variables = scope == null ? Map.of() : placeContext(order, scope, directories);
            Path lower = placed.shared();
            Workspace workspace = lower == null ? directories.workspace() : directories.workspaceOver(lower);
            Suite suite = plan.suite(task).orElse(null);
            var whole =
                    new Prepared(task, workspace, placed, suite, null, null, false, order.scopeContext(), variables);
            Digest retryOf = order.retryOf();
            return retryOf == null || suite == null ? whole : narrowed(owner, whole, retryOf, suite, directories);
        } catch (IOException | RuntimeException | Error e) {
            placed.close();
            throw e;
        }
    }

    private PlacedInputs place(String owner, Digest tree, Path root, boolean share) throws IOException {
        missing.check(tree);
        try {
            return inputs.place(owner, plans.tree(owner, tree), root, share && sandbox.overlays());
        } catch (BlobNotFoundException e) {
            missing.note(tree, e);
            throw e;
        }
    }

    /**
     * Puts a copy of the scope's context in its place, and returns the variables in it. A tear-down runs also without a context that can be
     * used, since whatever the set-up has made must not stay.
     */
    private Map<String, String> placeContext(Order order, PlannedScope scope, AttemptDirectories directories)
            throws IOException {
        Path directory = ScopeContext.directory(directories.out());
        Files.createDirectories(directory);
        if (order.scopeContext() == null) {
            return Map.of();
        }
        boolean isTeardown = scope.role() == Role.TEARDOWN;
        try {
            place(order.owner(), order.scopeContext(), directory, false);
        } catch (BlobNotFoundException | CorruptBlobException e) {
            if (!isTeardown) {
                throw e;
            }
            LOG.atWarn()
                    .addKeyValue("scope", scope.id())
                    .addKeyValue("cause", e)
                    .log("the context of a scope is lost; its tear-down runs without");
            return Map.of();
        }
        ScopeEnvironment environment = ScopeEnvironment.of(directory);
        if (environment.problem() != null && !isTeardown) {
            throw new UnusableInputsException(environment.problem());
        }
        return environment.variables();
    }

    /**
     * Limits the task to the cases that did not pass before. If the earlier results are not available, everything runs, which is always
     * correct.
     */
    private Prepared narrowed(String owner, Prepared whole, Digest retryOf, Suite suite, AttemptDirectories directories)
            throws IOException {
        // Copied to a file of the attempt, because the cache may delete its own copy.
        Path lines = directories.earlier();
        try {
            inputs.copy(owner, retryOf, lines);
        } catch (BlobNotFoundException | CorruptBlobException e) {
            LOG.atWarn()
                    .addKeyValue("cause", e)
                    .log("the results of an earlier attempt are not available; all cases run again");
            return whole;
        }
        EarlierCases earlier = EarlierCases.of(lines, whole.task().units()).orElse(null);
        Path toRunner =
                directories.out().resolve(ArtifactCollector.CASES_DIRECTORY).resolve(EarlierCases.RETRY_FILE);
        return earlier == null ? whole : whole.narrowed(retryOf, earlier, suite, earlier.write(toRunner));
    }

    /** Pauses for {@code ms}, or until the attempt is no longer wanted. */
    private static void pause(long ms, BooleanSupplier unwanted) throws IOException {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        try {
            while (!unwanted.getAsBoolean() && System.nanoTime() - until < 0) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnusableInputsException("interrupted while the inputs were fetched");
        }
    }

    public Map<String, String> environment(AttemptKey key, Prepared prepared, int slot) {
        TaskPaths view = sandbox.view(prepared.workspace(), prepared.location());
        var environment = new HashMap<String, String>();
        environment.put("PATH", settings.path());
        // Lets a Python test that hangs say where; see HangReport.
        environment.put("PYTHONFAULTHANDLER", "1");
        environment.putAll(prepared.task().env());
        // The set-up knows best where what it made is.
        environment.putAll(prepared.scopeVariables());
        environment.put("HOME", view.home().toString());
        environment.put("TMPDIR", view.tmp().toString());
        environment.put("MILLRACE_JOB", Ids.jobOfTask(key.taskId()));
        environment.put("MILLRACE_TASK", key.taskId());
        environment.put("MILLRACE_ATTEMPT", Integer.toString(key.attempt()));
        environment.put("MILLRACE_SLOT", Integer.toString(slot));
        environment.put("MILLRACE_OUT", view.out().toString());
        PlannedScope scope = prepared.task().scope();
        if (scope != null) {
            environment.put(ScopeContext.ID_VARIABLE, scope.id());
            environment.put(
                    ScopeContext.VARIABLE, ScopeContext.directory(view.out()).toString());
        }
        if (prepared.someCases()) {
            environment.put(
                    "MILLRACE_RETRY",
                    view.out()
                            .resolve(ArtifactCollector.CASES_DIRECTORY)
                            .resolve(EarlierCases.RETRY_FILE)
                            .toString());
        }
        return environment;
    }

    /** Returns why the task's command cannot be started; empty if it can. */
    public Optional<String> missingCommand(Prepared prepared, Map<String, String> environment) {
        String directory = prepared.location().directory();
        if (!directory.isEmpty() && !isInput(prepared, directory)) {
            return Optional.of("there is no directory '" + directory + "' in its inputs");
        }
        return TaskProcess.missingCommand(
                        prepared.task().command().get(0),
                        sandbox.view(prepared.workspace(), prepared.location())
                                .work()
                                .resolve(prepared.location().directory()),
                        environment.getOrDefault("PATH", settings.path()),
                        seen -> sandbox.behind(seen, prepared.workspace(), prepared.location()))
                .map(problem -> sandbox.shown().isEmpty()
                        ? problem
                        : problem + "; of the executor's machine tasks see " + sandbox.shown()
                                + " (executor.sandboxPaths)");
    }

    private boolean isInput(Prepared prepared, String directory) {
        Path seen =
                sandbox.view(prepared.workspace(), prepared.location()).work().resolve(directory);
        return sandbox.behind(seen, prepared.workspace(), prepared.location())
                .filter(Files::isDirectory)
                .isPresent();
    }

    /** Returns the limits of a task. For each slot that it takes, it gets the share of the machine that belongs to one slot. */
    public TaskLimits limits(PlannedTask task) {
        Needs needs = task.needs() == null ? Needs.NOTHING : task.needs();
        int taken = settings.capacity().slotsTaken(needs, settings.slots());
        long memory = settings.capacity().memoryBytes() / settings.slots() * taken;
        return new TaskLimits(
                Math.max(memory, needs.memoryBytes()),
                taken,
                settings.sandbox().slotCpuMillis() * taken,
                settings.sandbox().maxPids());
    }
}
