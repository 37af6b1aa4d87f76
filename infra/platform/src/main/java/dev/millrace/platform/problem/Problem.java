package dev.millrace.platform.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * An error as RFC 9457 problem+json.
 *
 * @param type stable URI of the kind of problem
 * @param errors single findings with JSON pointers, may be empty
 * @param requestId to find the request in the logs
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(String type, String title, int status, String detail, List<Finding> errors, String requestId) {
    /** One thing wrong with a body. */
    public record Finding(String pointer, String detail) {}

    public static final String CONTENT_TYPE = "application/problem+json";
}
