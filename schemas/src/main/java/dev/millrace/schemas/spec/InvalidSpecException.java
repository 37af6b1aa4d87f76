package dev.millrace.schemas.spec;

import java.util.List;
import java.util.stream.Collectors;

/** A spec that cannot be accepted, with every problem found (at most 20). */
public final class InvalidSpecException extends Exception {
    private final transient List<SpecProblem> problems;
    private final boolean unreadable;

    public InvalidSpecException(List<SpecProblem> problems) {
        this(problems, false);
    }

    private InvalidSpecException(List<SpecProblem> problems, boolean unreadable) {
        super(problems.stream().map(SpecProblem::text).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
        this.unreadable = unreadable;
    }

    static InvalidSpecException unreadable(SpecProblem problem) {
        return new InvalidSpecException(List.of(problem), true);
    }

    /** Returns whether the spec could not be parsed at all; false if it was parsed and its contents are wrong. */
    public boolean isUnreadable() {
        return unreadable;
    }

    public List<SpecProblem> problems() {
        return problems;
    }
}
