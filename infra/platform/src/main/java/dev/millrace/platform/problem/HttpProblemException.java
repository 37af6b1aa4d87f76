package dev.millrace.platform.problem;

import java.util.List;

/** Ends a request with a problem. Handlers throw it, and {@code ProblemHandler} of the HTTP package renders it. */
public final class HttpProblemException extends RuntimeException {
    private final ProblemKind kind;
    private final transient List<Problem.Finding> findings;

    /** @param detail what is wrong with this request, for a person */
    public HttpProblemException(ProblemKind kind, String detail) {
        this(kind, detail, List.of());
    }

    /** @param findings the faults of the body, each with its position */
    public HttpProblemException(ProblemKind kind, String detail, List<Problem.Finding> findings) {
        super(detail, null, false, false);
        this.kind = kind;
        this.findings = List.copyOf(findings);
    }

    public ProblemKind kind() {
        return kind;
    }

    public List<Problem.Finding> findings() {
        return findings;
    }
}
