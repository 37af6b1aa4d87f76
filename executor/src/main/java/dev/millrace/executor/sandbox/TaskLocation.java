package dev.millrace.executor.sandbox;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a task finds its inputs, and where it starts.
 *
 * @param mountAt the path at which the task finds its inputs; null if the sandbox chooses the path
 * @param directory the directory within the inputs in which the task starts; empty for their root
 */
public record TaskLocation(@Nullable Path mountAt, String directory) {
    public static final TaskLocation ANYWHERE = new TaskLocation(null, "");
}
