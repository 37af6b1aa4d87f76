package dev.millrace.cli;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.AttemptKey;
import java.net.URI;
import java.nio.file.Path;

/** Runs an attempt again on this machine; implemented where there is an executor. */
public interface Reproducer {
    /**
     * What is to be run again.
     *
     * @param plan digest of the job's plan
     * @param index of the task in it
     * @param directory for inputs and work
     * @param shell a shell in the place of the command
     * @param keep whether the work directory stays
     */
    record Request(
            URI artifactService,
            Digest plan,
            int index,
            AttemptKey attempt,
            int slot,
            Path directory,
            boolean shell,
            boolean keep) {}

    /** Returns the exit code of the command line. */
    int reproduce(Request request) throws InterruptedException;
}
