package dev.millrace.platform.http;

import java.util.List;

/** Ends a request with a problem; thrown by handlers and rendered by {@link ProblemHandler}. */
public final class HttpProblemException extends RuntimeException {
    private final int status;
    private final String kind;
    private final transient List<Problem.Finding> findings;

    /** @param kind last part of the problem type, such as {@code unknown-job} */
    public HttpProblemException(int status, String kind, String detail) {
        this(status, kind, detail, List.of());
    }

    public HttpProblemException(int status, String kind, String detail, List<Problem.Finding> findings) {
        super(detail, null, false, false);
        this.status = status;
        this.kind = kind;
        this.findings = List.copyOf(findings);
    }

    public int status() {
        return status;
    }

    public String kind() {
        return kind;
    }

    public List<Problem.Finding> findings() {
        return findings;
    }
}
