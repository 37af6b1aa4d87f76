package dev.millrace.executor;

import dev.millrace.executor.artifacts.ArtifactCollector;
import dev.millrace.executor.attempt.AttemptPreparation;
import dev.millrace.executor.attempt.AttemptPreparation.Prepared;
import dev.millrace.executor.attempt.OutcomeRules;
import dev.millrace.executor.attempt.TaskExecution;
import dev.millrace.executor.attempt.TaskRun;
import dev.millrace.executor.cases.CaseReport;
import dev.millrace.executor.cases.RunnerEnd;
import dev.millrace.executor.disk.DiskTrouble;
import dev.millrace.executor.disk.DiskWatch;
import dev.millrace.executor.files.AttemptDirectories;
import dev.millrace.executor.inputs.InputCache;
import dev.millrace.executor.process.Launch;
import dev.millrace.executor.process.StopReason;
import dev.millrace.executor.process.TaskCgroup;
import dev.millrace.executor.process.Watchdog;
import dev.millrace.executor.sandbox.Sandbox;
import dev.millrace.executor.sandbox.SandboxProbe;
import dev.millrace.executor.settings.ExecutorSettings;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.work.ByteBudget;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.CaseCounts;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.OutputChunk;
import dev.millrace.schemas.plan.PlannedTask;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Runs one attempt again on this machine in the same way as an executor: with the same inputs, command, environment, sandbox, limits and
 * timeouts. Therefore the same tests run in the same order within its process. Nothing is reported to the platform.
 */
public final class Reproduction implements AutoCloseable {
    /** A reproduction has only one owner. */
    private static final String OWNER = "local";

    private static final int MAX_FAILED = 10_000;

    private final ExecutorSettings settings;
    private final Sandbox sandbox;
    private final AttemptPreparation preparation;
    private final DiskWatch disk;
    private final Watchdog watchdog;
    private final TaskExecution execution;
    private final ExecutorService downloads;
    private final ExecutorService readers = Executors.newFixedThreadPool(2);
    private final AttemptKey key;
    private final AttemptDirectories directories;
    private final int slot;

    /** How the attempt ended on this machine, and which of its cases did not pass. */
    public record Ended(Outcome outcome, @Nullable String reason, CaseCounts counts, List<String> failed) {}

    private Reproduction(
            ExecutorSettings settings,
            AttemptKey key,
            int slot,
            Sandbox sandbox,
            Watchdog watchdog,
            ExecutorService downloads,
            InputCache inputs) {
        this.settings = settings;
        this.key = key;
        this.slot = slot;
        this.directories = AttemptDirectories.of(settings.directory().resolve("work"), key.text());
        this.sandbox = sandbox;
        this.watchdog = watchdog;
        this.downloads = downloads;
        this.preparation =
                new AttemptPreparation(settings, inputs, sandbox, ByteBudget.ofHeap(ExecutorNode.PARSING_PART_OF_HEAP));
        this.disk = new DiskWatch(
                settings.sandbox().maxDiskBytes(), settings.sandbox().maxDiskFiles());
        this.execution = new TaskExecution(settings, preparation, sandbox, watchdog, readers);
    }

    /**
     * Finds out which sandbox features this machine supports, opens the cache of inputs and starts a watchdog.
     *
     * @param settings the settings; their directory is used for inputs and work and is not removed
     * @throws IOException if the directory cannot be created or the watchdog cannot be started; nothing is left running in this case
     * @throws ConfigException if the task cannot be isolated as the settings require
     */
    public static Reproduction open(ExecutorSettings settings, URI artifactService, AttemptKey key, int slot)
            throws IOException {
        Sandbox sandbox = new SandboxProbe(settings.sandbox(), settings.directory(), settings.path())
                .find(settings.id(), settings.slots());
        ExecutorService downloads = Executors.newFixedThreadPool(InputCache.DOWNLOADS);
        try {
            var inputs = InputCache.open(
                    settings.directory().resolve("cache"),
                    new BlobClient(artifactService),
                    downloads,
                    settings.inputLimits(),
                    Clock.systemUTC());
            Watchdog watchdog = Watchdog.start(Long.MAX_VALUE / 2, null, sandbox.ownGroups());
            return new Reproduction(settings, key, slot, sandbox, watchdog, downloads, inputs);
        } catch (IOException | RuntimeException e) {
            downloads.shutdown();
            throw e;
        }
    }

    /** Returns which sandbox features this machine has, in the same form as the labels of executors. */
    public java.util.Map<String, String> labels() {
        return sandbox.labels();
    }

    /** Returns the task's own directory, with its inputs and the files that it changed or created. */
    public Path directory() {
        return directories.root();
    }

    /**
     * Fetches the inputs of a task into its directory, which is cleared first.
     *
     * @param retryOf the results of an earlier attempt, if this attempt ran only what had not passed in it; null if it ran everything
     * @param scopeContext what the set-up of the task's scope left for the attempt; null for nothing
     */
    public PlannedTask prepare(Digest plan, int index, @Nullable Digest retryOf, @Nullable Digest scopeContext)
            throws IOException {
        directories.delete();
        prepared = preparation.prepare(
                new AttemptPreparation.Order(OWNER, plan, index, retryOf, scopeContext),
                directories,
                false,
                () -> true);
        return prepared.task();
    }

    private @Nullable Prepared prepared;

    private Prepared prepared() {
        Prepared it = prepared;
        if (it == null) {
            throw new IllegalStateException("nothing is prepared");
        }
        return it;
    }

    /** Runs the command and copies its output to {@code out} and {@code err} while it runs. */
    public Ended run(OutputStream out, OutputStream err) throws IOException, InterruptedException {
        Prepared it = prepared();
        PlannedTask task = it.task();
        var environment = preparation.environment(key, it, slot);
        var missing = preparation.missingCommand(it, environment);
        if (missing.isPresent()) {
            return new Ended(Outcome.NOT_STARTED, missing.get(), CaseCounts.NONE, List.of());
        }
        Launch launch = execution.launch(it, environment);
        TaskRun run = execution.start(
                new TaskExecution.Place(key, directories, directories.base().resolve("nothing")),
                it,
                launch,
                new TaskExecution.Live(
                        Long.MAX_VALUE, chunk -> print(chunk, chunk.stream().equals("stdout") ? out : err)));
        TaskCgroup group = launch.group();
        disk.start();
        disk.watch(directories, run::pids, run::stop);
        TaskRun.Ended ended = run.await(0, () -> {});
        disk.forget(directories);
        watchdog.remove(run.watched());
        if (group != null) {
            group.release();
        }
        return result(task, ended, it);
    }

    private Ended result(PlannedTask task, TaskRun.Ended ended, Prepared it) throws IOException {
        var broken = ended.stopped() == StopReason.NONE
                ? sandbox.brokenBefore(it.workspace(), ended.stderr().file())
                : Optional.<Sandbox.Broken>empty();
        if (broken.isPresent()) {
            return new Ended(
                    broken.get().byTask() ? Outcome.NOT_STARTED : Outcome.EXECUTOR_FAILED,
                    broken.get().reason(),
                    CaseCounts.NONE,
                    List.of());
        }
        CaseCounts counts = CaseCounts.NONE;
        List<String> failed = List.of();
        if (!task.units().isEmpty()) {
            CaseReport report = CaseReport.read(
                    directories.out().resolve(ArtifactCollector.CASES_DIRECTORY).resolve("cases.jsonl"),
                    directories.logs().resolve("cases"),
                    task.units(),
                    // Only retries use this value, and a reproduction is never retried.
                    new RunnerEnd("the process ended", true),
                    settings.cases());
            counts = report.counts();
            failed = report.failed(MAX_FAILED);
        }
        OutcomeRules.Ending ending = OutcomeRules.of(
                ended.stopped(),
                ended.exitValue(),
                counts,
                task.timeoutMs(),
                task.silenceMs(),
                ended.violation(),
                disk.limit(),
                ended.badlyByItself() && disk.isUsedUp(directories) ? DiskTrouble.OVER_LIMIT : DiskTrouble.NONE);
        return new Ended(ending.outcome(), ending.reason(), counts, failed);
    }

    private static boolean print(OutputChunk chunk, OutputStream to) {
        try {
            if (chunk.skippedBytes() > 0) {
                to.write(("\n[millrace: " + chunk.skippedBytes() + " bytes are not shown]\n")
                        .getBytes(StandardCharsets.UTF_8));
            }
            to.write(Base64.getDecoder().decode(chunk.base64()));
            to.flush();
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens a shell on this terminal, in the sandbox and directory in which the command would run. Returns its exit code. */
    public int shell() throws IOException, InterruptedException {
        Prepared it = prepared();
        Launch launch = sandbox.openHere(
                List.of("sh", "-i"),
                it.workspace(),
                it.location(),
                preparation.environment(key, it, slot),
                Boolean.TRUE.equals(it.task().network()),
                isTerminal(0) && isTerminal(1));
        var builder = new ProcessBuilder(launch.command())
                .directory(launch.directory().toFile())
                .inheritIO();
        builder.environment().clear();
        builder.environment().putAll(launch.environment());
        return builder.start().waitFor();
    }

    private static boolean isTerminal(int descriptor) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(descriptor)))
                    .toString()
                    .matches("/dev/(pts/\\d+|tty.*|console)");
        } catch (IOException e) {
            return false;
        }
    }

    /** Removes the attempt's directories. */
    public void discard() throws IOException {
        directories.delete();
    }

    @Override
    public void close() throws IOException {
        downloads.shutdown();
        readers.shutdown();
        disk.close();
        watchdog.close();
    }
}
