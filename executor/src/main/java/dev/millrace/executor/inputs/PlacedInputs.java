package dev.millrace.executor.inputs;

import dev.millrace.executor.artifacts.OverlaidFiles;
import dev.millrace.executor.artifacts.PlainFiles;
import dev.millrace.executor.artifacts.WorkFiles;
import dev.millrace.executor.files.Workspace;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The inputs of one attempt.
 *
 * @param shared the tree, to be laid under the attempt's directory and never written; null if they were copied there
 */
public record PlacedInputs(@Nullable Path shared, Runnable release) implements AutoCloseable {
    /** Call it when nothing uses the attempt's directories any more. */
    @Override
    public void close() {
        release.run();
    }

    /** Lists the working directory after the attempt. */
    public WorkFiles files(Workspace workspace) {
        Workspace.Overlay overlay = workspace.overlay();
        return overlay == null
                ? new PlainFiles(workspace.root(), Optional.empty())
                : new OverlaidFiles(overlay.lower(), overlay.upper());
    }
}
