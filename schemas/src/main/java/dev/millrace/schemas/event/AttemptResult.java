package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt came to, as its executor saw it.
 *
 * @param exitCode of the command, when it exited by itself
 * @param signal name of the signal that ended it, when one did
 * @param reason a sentence for people, when there is more to say than the outcome
 * @param cases blob with the results of single test cases (one JSON object a line)
 * @param units results per unit of a suite, empty for a plain command
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
        @Nullable ArtifactsRef artifacts,
        @Nullable Digest cases,
        CaseCounts counts,
        List<UnitResult> units) {}
