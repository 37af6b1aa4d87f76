package dev.millrace.executor.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the process of an attempt is started.
 *
 * @param command the whole command line; the process waits for a line on its standard input before the task starts
 * @param environment the complete environment of the process
 * @param group the control group that the process enters before it waits for that line; null if there are no control groups
 * @param scaffolding how many generations of processes, from the started one on, belong to the sandbox and not to the task
 */
public record Launch(
        List<String> command,
        Path directory,
        Map<String, String> environment,
        @Nullable TaskCgroup group,
        int scaffolding) {}
