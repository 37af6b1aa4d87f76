package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * The test cases that are missing from a task's results because the task had more than its executor keeps. The missing cases may include
 * failed ones.
 */
public final class LeftOutCases {
    private LeftOutCases() {}

    /** @param task the task as the gateway returns it, or the data of the event with its verdict */
    public static Optional<String> of(JsonNode task) {
        long lines = task.path("result").path("casesLeftOut").asLong();
        return lines > 0
                ? Optional.of(lines + " lines of the results of its test cases were not kept")
                : Optional.empty();
    }
}
