package dev.millrace.cli.command.job;

import dev.millrace.schemas.spec.SpecLimits;
import dev.millrace.schemas.spec.UnitFilter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options that choose which part of a job runs, and how often. */
final class SelectionOption {
    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // Set by picocli before call.
    private CommandSpec command;

    @Option(
            names = "--include",
            paramLabel = "PATTERN",
            description = "Only units of suites with such names; * stands for any characters. May be repeated.")
    private List<String> include = List.of();

    @Option(names = "--exclude", paramLabel = "PATTERN", description = "No units of suites with such names.")
    private List<String> exclude = List.of();

    private @Nullable Integer repeat;

    @Option(names = "--repeat", paramLabel = "N", description = "Run every task N times, to find flaky ones.")
    void setRepeat(int times) {
        if (times < 1 || times > SpecLimits.MAX_REPEAT) {
            throw new ParameterException(
                    command.commandLine(),
                    "bad value '" + times + "' for '--repeat'; accepted: 1 to " + SpecLimits.MAX_REPEAT);
        }
        repeat = times;
    }

    UnitFilter filter() {
        return new UnitFilter(include, exclude);
    }

    @Nullable
    Integer repeat() {
        return repeat;
    }
}
