package dev.millrace.executor.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the process of an attempt is started.
 *
 * @param command the whole of it, that waits for a line on its standard input before the task begins
 * @param environment all of it
 * @param group to be put in before that line; null if there are no control groups
 * @param scaffolding how many generations of processes, from the started one on, belong to the sandbox and not to the task
 */
public record Launch(
        List<String> command,
        Path directory,
        Map<String, String> environment,
        @Nullable TaskCgroup group,
        int scaffolding) {}
