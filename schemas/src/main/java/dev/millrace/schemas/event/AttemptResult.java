package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of an attempt, as its executor saw it.
 *
 * @param exitCode of the command, when it exited by itself
 * @param signal name of the signal that ended it, when one did
 * @param reason a sentence for people, when there is more to say than the outcome
 * @param outputIndex a {@link OutputPiece} a line: what of both streams came when; absent if there was no output
 * @param cases blob with the results of single test cases (one JSON object a line)
 * @param startedAtMs wall time when its process started, or if none did, when the attempt got its slot
 * @param durationMs how long the process ran, or if none did, how long the attempt held its slot; the owner is charged for it
 * @param units results per unit of a suite that ran; empty for a plain command, and where {@code unitResults} has them
 * @param unitResults blob with a {@link UnitResult} a line, where there are too many for an event; see {@link UnitResults}
 * @param casesLeftOut lines of test cases that are not in {@code cases}, since there were more than the executor keeps; absent
 *     for none. Those it has read are in {@code counts} all the same
 * @param slot on which it ran; absent if it never did, and in what earlier versions wrote
 * @param retryOf the {@code cases} of an earlier attempt at the task; only what had failed in it ran again;
 *     absent if everything ran
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
        @Nullable Digest retryOf) {
    /** The result of an attempt that left nothing to keep. */
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
                null);
    }
}
