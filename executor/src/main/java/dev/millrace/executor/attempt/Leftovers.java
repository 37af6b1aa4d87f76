package dev.millrace.executor.attempt;

import dev.millrace.executor.files.AttemptDirectories;
import dev.millrace.executor.inputs.PlacedInputs;
import dev.millrace.executor.process.ProcessTree;
import dev.millrace.executor.process.TaskCgroup;
import dev.millrace.executor.process.Watchdog;
import dev.millrace.executor.process.WatchedTask;
import dev.millrace.schemas.event.AttemptKey;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cleans up after attempts: removes the control group, the directories and the watchdog's entry. If the removal for an attempt fails, it is
 * retried when another attempt ends, one earlier attempt at a time. Thread-safe.
 */
final class Leftovers {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

    private final Watchdog watchdog;
    private final Queue<Left> left = new ConcurrentLinkedQueue<>();

    private record Left(
            AttemptKey key,
            AttemptDirectories directories,
            @Nullable TaskCgroup group,
            @Nullable PlacedInputs inputs) {}

    Leftovers(Watchdog watchdog) {
        this.watchdog = watchdog;
    }

    /** Removes everything of the attempt, now or soon. For an attempt that has no process any more. */
    void remove(AttemptKey key, AttemptDirectories directories, @Nullable TaskCgroup group) {
        Left earlier = left.poll();
        if (earlier != null) {
            tryToRemove(earlier);
        }
        tryToRemove(new Left(key, directories, group, null));
    }

    /** Removes everything of the attempt later. For an attempt that may have left processes, which must be killed first. */
    void later(AttemptKey key, AttemptDirectories directories, @Nullable TaskCgroup group, PlacedInputs inputs) {
        left.add(new Left(key, directories, group, inputs));
    }

    private void tryToRemove(Left it) {
        Left rest = it;
        try {
            TaskCgroup group = it.group();
            if (group != null) {
                if (!new ProcessTree(group.members()).kill()) {
                    throw new IOException("processes of its control group cannot be killed");
                }
                group.release();
                // Another attempt may get this control group from here on, so a retry must not touch it.
                rest = new Left(it.key(), it.directories(), null, it.inputs());
            }
            PlacedInputs inputs = it.inputs();
            if (inputs != null) {
                rest = new Left(it.key(), it.directories(), null, null);
                inputs.close();
            }
            it.directories().delete();
            watchdog.remove(new WatchedTask(
                    0, it.key().taskId(), it.key().attempt(), it.directories().base(), List.of()));
        } catch (IOException | RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("directory", it.directories().base())
                    .addKeyValue("cause", e)
                    .log("an attempt cannot be cleaned up yet; trying again later");
            left.add(rest);
        }
    }
}
