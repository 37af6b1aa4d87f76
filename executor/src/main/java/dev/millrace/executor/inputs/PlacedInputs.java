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
 * @param shared the shared tree, which is the lower layer of an overlay at the attempt's directory and is never changed; null if the inputs
 *     were copied there
 */
public record PlacedInputs(@Nullable Path shared, Runnable release) implements AutoCloseable {
    /** Releases the inputs. Must be called when nothing uses the attempt's directories any more. */
    @Override
    public void close() {
        release.run();
    }

    /** Returns the files of the working directory after the attempt has ended. */
    public WorkFiles files(Workspace workspace) {
        Workspace.Overlay overlay = workspace.overlay();
        return overlay == null
                ? new PlainFiles(workspace.root(), Optional.empty())
                : new OverlaidFiles(overlay.lower(), overlay.upper());
    }
}
