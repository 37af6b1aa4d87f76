package dev.millrace.cli;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.AttemptKey;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs an attempt again on this machine; implemented by the distribution, which contains an executor. */
public interface Reproducer {
    /**
     * The attempt to run again.
     *
     * @param plan digest of the job's plan
     * @param index the task's index in the plan
     * @param retryOf digest of earlier results; the attempt ran only the tests that had not passed in them; null if it ran all tests
     * @param scopeContext digest of what the set-up of the task's scope had left for the attempt; null for nothing
     * @param outcome the attempt's outcome on its executor; null if it has none
     * @param settings those settings of the attempt's executor that affect tasks, as far as they are known
     * @param directory where to put the inputs and the work directory
     * @param shell whether to open a shell instead of running the command
     * @param keep whether to keep the work directory afterwards
     */
    record Request(
            URI artifactService,
            Digest plan,
            int index,
            @Nullable Digest retryOf,
            @Nullable Digest scopeContext,
            @Nullable String outcome,
            Map<String, String> settings,
            AttemptKey attempt,
            int slot,
            Path directory,
            boolean shell,
            boolean keep) {}

    /** Runs the attempt and returns the exit code for the command line. */
    int reproduce(Request request) throws InterruptedException;
}
