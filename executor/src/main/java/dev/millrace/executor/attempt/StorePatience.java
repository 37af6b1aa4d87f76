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
 * Decides how long an executor tries again what the artifact service cannot give or take now. A service that is away costs
 * time and no attempt; an answer that would be the same again ends it at once. Pure.
 *
 * @param waitMs how long the service may be away
 */
public record StorePatience(long waitMs) {
    /** A disk that fails here seldom comes back by itself. */
    static final int LOCAL_TRIES = 6;

    private static final long FIRST_PAUSE_MS = 500;
    private static final long LONGEST_PAUSE_MS = 5_000;

    /**
     * Whether to try again.
     *
     * @param tries so far
     * @param waitedMs since the first of them
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

    /** Before the next try. */
    static long pauseMs(int tries) {
        int doublings = Math.min(Math.max(0, tries - 1), 10);
        return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << doublings);
    }
}
