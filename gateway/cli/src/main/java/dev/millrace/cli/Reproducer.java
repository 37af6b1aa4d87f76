package dev.millrace.cli;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.AttemptKey;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs an attempt again on this machine; implemented where there is an executor. */
public interface Reproducer {
    /**
     * The attempt to run again.
     *
     * @param plan digest of the job's plan
     * @param index of the task in it
     * @param retryOf earlier results; the attempt ran only what had not passed in them; null for all
     * @param outcome the attempt had there; null if it has none
     * @param settings what of its executor's configuration shapes tasks, as far as that is known
     * @param directory for inputs and work
     * @param shell a shell in the place of the command
     * @param keep whether the work directory stays
     */
    record Request(
            URI artifactService,
            Digest plan,
            int index,
            @Nullable Digest retryOf,
            @Nullable String outcome,
            Map<String, String> settings,
            AttemptKey attempt,
            int slot,
            Path directory,
            boolean shell,
            boolean keep) {}

    /** Returns the exit code of the command line. */
    int reproduce(Request request) throws InterruptedException;
}
