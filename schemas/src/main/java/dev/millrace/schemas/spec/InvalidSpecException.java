package dev.millrace.schemas.spec;

import java.util.List;
import java.util.stream.Collectors;

/** A spec that cannot be accepted, with every problem found (at most 20). */
public final class InvalidSpecException extends Exception {
    private final transient List<SpecProblem> problems;

    public InvalidSpecException(List<SpecProblem> problems) {
        super(problems.stream().map(SpecProblem::text).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    public List<SpecProblem> problems() {
        return problems;
    }
}
