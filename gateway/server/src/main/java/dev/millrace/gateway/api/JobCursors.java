package dev.millrace.gateway.api;

import dev.millrace.gateway.view.JobListing.JobCursor;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.schemas.Ids;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Converts the cursors of the job listing to and from the text that clients see. */
final class JobCursors {
    private static final long CLOCK_SLACK_MS = 3_600_000;

    private JobCursors() {}

    static String text(JobCursor cursor) {
        String text = cursor.submittedAtMs() + "|" + cursor.jobId();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Returns null for null. Rejects a cursor that is too far in the future, because the listing would have to read every day from there
     * back to today.
     *
     * @throws HttpProblemException with status 400 for a text that {@link #text} did not make
     */
    static @Nullable JobCursor parse(@Nullable String text, long nowMs) {
        if (text == null) {
            return null;
        }
        try {
            String[] parts = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8).split("\\|");
            long submittedAtMs = Long.parseLong(parts[0]);
            if (submittedAtMs >= 0 && submittedAtMs <= nowMs + CLOCK_SLACK_MS && Ids.isJobId(parts[1])) {
                return new JobCursor(submittedAtMs, parts[1]);
            }
        } catch (RuntimeException e) {
            // Cannot be decoded: gets the same error as a cursor with impossible values.
        }
        throw new HttpProblemException(ProblemKind.BAD_PARAMETER, "'cursor' is not one that this API gave out");
    }
}
