package dev.millrace.executor.attempt;

import dev.millrace.executor.attempt.AttemptPreparation.Prepared;
import dev.millrace.executor.files.AttemptDirectories;
import dev.millrace.executor.process.Launch;
import dev.millrace.executor.process.TaskCgroup;
import dev.millrace.executor.process.Watchdog;
import dev.millrace.executor.process.WatchedTask;
import dev.millrace.executor.sandbox.Sandbox;
import dev.millrace.executor.settings.ExecutorSettings;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.OutputChunk;
import dev.millrace.schemas.plan.PlannedTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/**
 * The one way in which a prepared task is started, by an executor as by a reproduction: in its sandbox and control group, under its limits,
 * watched over, with its output captured. Thread-safe.
 */
public final class TaskExecution {
    private final ExecutorSettings settings;
    private final AttemptPreparation preparation;
    private final Sandbox sandbox;
    private final Watchdog watchdog;
    private final Executor readers;

    /** @param readers has a thread for each of the two streams of every task */
    public TaskExecution(
            ExecutorSettings settings,
            AttemptPreparation preparation,
            Sandbox sandbox,
            Watchdog watchdog,
            Executor readers) {
        this.settings = settings;
        this.preparation = preparation;
        this.sandbox = sandbox;
        this.watchdog = watchdog;
        this.readers = readers;
    }

    /**
     * The process to start. Its control group exists; the caller releases it.
     *
     * @throws IOException when the group or the task's files cannot be made
     */
    public Launch launch(Prepared prepared, Map<String, String> environment) throws IOException {
        PlannedTask task = prepared.task();
        return sandbox.launch(
                task.command(),
                prepared.workspace(),
                prepared.location(),
                environment,
                Boolean.TRUE.equals(task.network()),
                preparation.limits(task));
    }

    /** Where an attempt's files are, and what becomes of them if its executor dies. */
    public record Place(AttemptKey key, AttemptDirectories directories, Path removedByWatchdog) {}

    /** Where the output goes while it is written. */
    public record Live(long bytesPerSecond, Predicate<OutputChunk> to) {}

    /**
     * Starts it and reads its output.
     *
     * @throws Watchdog.GoneException when nobody would watch over it now
     * @throws IOException when it cannot be started; nothing of it runs then
     */
    public TaskRun start(Place place, Prepared prepared, Launch launch, Live live) throws IOException {
        TaskCgroup group = launch.group();
        List<Path> groups = group == null ? List.of() : group.directories();
        AttemptKey key = place.key();
        return TaskRun.start(
                settings,
                prepared.task(),
                key,
                place.directories().logs(),
                launch,
                pid -> new WatchedTask(pid, key.taskId(), key.attempt(), place.removedByWatchdog(), groups),
                watchdog,
                readers,
                live.bytesPerSecond(),
                live.to());
    }
}
