package dev.millrace.executor.attempt;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.executor.inputs.UnusableInputsException;
import dev.millrace.platform.blob.BlobNotFoundException;
import dev.millrace.platform.blob.CorruptBlobException;
import dev.millrace.platform.blob.RefusedException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;

/**
 * Decides how long an executor repeats requests that the artifact service cannot serve now. A service that is unreachable costs time but
 * fails no attempt. A failure that would be the same at the next try ends the tries at once. Pure.
 *
 * @param waitMs how long the service may be unreachable
 */
public record StorePatience(long waitMs) {
    /** The most tries after a failure of this machine's own disk, which seldom recovers by itself. */
    static final int LOCAL_TRIES = 6;

    private static final long FIRST_PAUSE_MS = 500;
    private static final long LONGEST_PAUSE_MS = 5_000;

    /**
     * Returns whether to try again.
     *
     * @param tries how many tries were made so far
     * @param waitedMs the time since the first try
     */
    boolean lasts(IOException failure, int tries, long waitedMs) {
        if (isFinal(failure)) {
            return false;
        }
        return failure instanceof FileSystemException ? tries < LOCAL_TRIES : waitedMs < waitMs;
    }

    private static boolean isFinal(IOException failure) {
        return failure instanceof BlobNotFoundException
                || failure instanceof CorruptBlobException
                || failure instanceof RefusedException
                || failure instanceof JsonProcessingException
                || failure instanceof CharacterCodingException
                || failure instanceof UnusableInputsException;
    }

    /** Returns how long to wait before the next try. */
    static long pauseMs(int tries) {
        int doublings = Math.min(Math.max(0, tries - 1), 10);
        return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << doublings);
    }
}
