package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of an attempt, as its executor saw it.
 *
 * @param exitCode exit code of the command; absent if it did not exit by itself
 * @param signal name of the signal that ended the command; absent if none did
 * @param reason an explanation for people; absent if the outcome says everything
 * @param outputIndex index of the output of both streams, with one {@link OutputPiece} per line; absent if there was no output
 * @param cases digest of the blob with the results of the test cases (one JSON object per line)
 * @param startedAtMs wall-clock time at which the process started; if no process started, at which the attempt got its slot
 * @param durationMs how long the process ran; if no process ran, how long the attempt held its slot. The owner is charged for this time
 * @param units result of each unit of a suite task; empty for a plain command, or if {@code unitResults} has them
 * @param unitResults digest of a blob with one {@link UnitResult} per line; used if there are too many for an event, see {@link
 *     UnitResults}
 * @param casesLeftOut number of test case lines that are missing in {@code cases} because there were more than the executor keeps; absent
 *     for none. {@code counts} also includes the missing lines, as far as the executor has read them
 * @param slot the slot on which the attempt ran; absent if it never ran, and in events of earlier versions
 * @param retryOf the {@code cases} of an earlier attempt at the task, if only the failures of that attempt ran again; absent if everything
 *     ran
 * @param scopeContext of a set-up, digest of the tree that it left for the other tasks of its scope; of these, digest of the tree that they
 *     were given; absent for none
 */
public record AttemptResult(
        Outcome outcome,
        @Nullable Integer exitCode,
        @Nullable String signal,
        @Nullable String reason,
        long startedAtMs,
        long durationMs,
        LogRef stdout,
        LogRef stderr,
        @Nullable LogRef outputIndex,
        @Nullable ArtifactsRef artifacts,
        @Nullable Digest cases,
        CaseCounts counts,
        List<UnitResult> units,
        @Nullable Digest unitResults,
        @Nullable Long casesLeftOut,
        @Nullable Integer slot,
        @Nullable Digest retryOf,
        @Nullable Digest scopeContext) {
    /** Creates the result of an attempt without the context of a scope. */
    public AttemptResult(
            Outcome outcome,
            @Nullable Integer exitCode,
            @Nullable String signal,
            @Nullable String reason,
            long startedAtMs,
            long durationMs,
            LogRef stdout,
            LogRef stderr,
            @Nullable LogRef outputIndex,
            @Nullable ArtifactsRef artifacts,
            @Nullable Digest cases,
            CaseCounts counts,
            List<UnitResult> units,
            @Nullable Digest unitResults,
            @Nullable Long casesLeftOut,
            @Nullable Integer slot,
            @Nullable Digest retryOf) {
        this(
                outcome,
                exitCode,
                signal,
                reason,
                startedAtMs,
                durationMs,
                stdout,
                stderr,
                outputIndex,
                artifacts,
                cases,
                counts,
                units,
                unitResults,
                casesLeftOut,
                slot,
                retryOf,
                null);
    }

    /** Returns the result of an attempt that left no output, no artifacts and no test cases. */
    public static AttemptResult empty(
            Outcome outcome, @Nullable Integer exitCode, @Nullable String reason, long startedAtMs, long durationMs) {
        return new AttemptResult(
                outcome,
                exitCode,
                null,
                reason,
                startedAtMs,
                durationMs,
                LogRef.EMPTY,
                LogRef.EMPTY,
                null,
                null,
                null,
                CaseCounts.NONE,
                List.of(),
                null,
                null,
                null,
                null,
                null);
    }
}
