package dev.millrace.platform.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * An error as RFC 9457 problem+json.
 *
 * @param type stable URI of the kind of problem
 * @param errors the faults of the body, each with its JSON pointer; may be empty
 * @param requestId id by which the request can be found in the logs
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(String type, String title, int status, String detail, List<Finding> errors, String requestId) {
    /** A fault of a request body. */
    public record Finding(String pointer, String detail) {}

    public static final String CONTENT_TYPE = "application/problem+json";
}
