package dev.millrace.executor.sandbox;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a task wants to be.
 *
 * @param mountAt where it finds its inputs; null for a place the sandbox chooses
 * @param directory within the inputs, where it starts; empty for their root
 */
public record TaskLocation(@Nullable Path mountAt, String directory) {
    public static final TaskLocation ANYWHERE = new TaskLocation(null, "");
}
