package dev.millrace.schemas.spec;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The tests of a CMake build. A CMake build directory contains absolute paths, so each task sees its inputs at the path where they were
 * built.
 *
 * @param name {@code ctest} by default
 * @param dir the build directory within the inputs, relative to the directory of the settings
 * @param args further arguments of ctest
 * @param units names of tests; absent before discovery
 */
public record CtestSuite(
        @Nullable String name,
        String dir,
        @Nullable List<String> args,
        @JsonUnwrapped TaskDefaults settings,
        @Nullable List<FoundUnit> units)
        implements Suite {
    /** {@code $0} is the build directory; the other parameters are further arguments of ctest. */
    private static final String SCRIPT = "mkdir -p \"$MILLRACE_OUT/.millrace\" && exec ctest --test-dir \"$0\""
            + " --output-junit \"$MILLRACE_OUT/.millrace/ctest.xml\" --output-on-failure --no-tests=error \"$@\"";

    @Override
    public String adapter() {
        return "ctest";
    }

    @Override
    public String nameOrDefault() {
        return name != null ? name : adapter();
    }

    public List<String> argsOrNone() {
        return args != null ? args : List.of();
    }

    @Override
    public List<FoundUnit> unitsOrNone() {
        return units != null ? units : List.of();
    }

    @Override
    public List<String> command(List<String> found) {
        var command = new ArrayList<>(List.of("sh", "-c", SCRIPT, dir));
        command.addAll(argsOrNone());
        command.add("-R");
        command.add(found.stream().map(CtestSuite::quoted).collect(Collectors.joining("|", "^(", ")$")));
        return command;
    }

    /** Quotes {@code name} for a CMake regular expression. */
    private static String quoted(String name) {
        return name.replaceAll("([\\\\^$.\\[\\]*+?|()-])", "\\\\$1");
    }

    @Override
    public int failureExitCode() {
        return 8;
    }

    @Override
    public String unitWord() {
        return "tests";
    }

    @Override
    public CtestSuite withUnits(List<FoundUnit> found) {
        return new CtestSuite(name, dir, args, settings, found);
    }

    @Override
    public CtestSuite withSettings(TaskDefaults other) {
        return new CtestSuite(name, dir, args, other, units);
    }
}
