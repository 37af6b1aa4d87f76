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
 * Starts prepared tasks in the same way for an executor and for a reproduction: in a sandbox and a control group, under the task's limits,
 * registered with the watchdog, and with captured output. Thread-safe.
 */
public final class TaskExecution {
    private final ExecutorSettings settings;
    private final AttemptPreparation preparation;
    private final Sandbox sandbox;
    private final Watchdog watchdog;
    private final Executor readers;

    /** @param readers the executor that reads output; it has a thread for each of the two streams of every task */
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
     * Returns the process to start. Its control group has been created, and the caller must release it.
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

    /** Where an attempt's files are, and which directory the watchdog removes if the executor dies. */
    public record Place(AttemptKey key, AttemptDirectories directories, Path removedByWatchdog) {}

    /** Where the output is sent while the task writes it. */
    public record Live(long bytesPerSecond, Predicate<OutputChunk> to) {}

    /**
     * Starts the process and reads its output.
     *
     * @throws Watchdog.GoneException if no watchdog runs at present
     * @throws IOException if the process cannot be started; nothing runs in this case
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
