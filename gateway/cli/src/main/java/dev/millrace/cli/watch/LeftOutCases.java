package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** The test cases that a task's results lack, since it had more than its executor keeps. A failed case may be among them. */
public final class LeftOutCases {
    private LeftOutCases() {}

    /** @param task as the gateway shows it, or the data of the event of its verdict */
    public static Optional<String> of(JsonNode task) {
        long lines = task.path("result").path("casesLeftOut").asLong();
        return lines > 0
                ? Optional.of(lines + " lines of the results of its test cases were not kept")
                : Optional.empty();
    }
}
