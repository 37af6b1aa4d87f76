package dev.millrace.schemas.spec;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.millrace.schemas.event.Role;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tests that the project's own pytest collects and runs, with its configuration and plugins.
 *
 * @param name {@code pytest} by default
 * @param paths paths from which pytest collects tests, relative to the directory of the settings; pytest's own default if absent
 * @param args further arguments of pytest, used both to collect and to run tests
 * @param python the command that starts Python; python3 by default
 * @param group which cases always run together in one task; by default all cases of a file, so that the fixtures of a module are set up
 *     only once; the cases of a class if classes are isolated
 * @param isolate whether classes or modules that have a {@code millrace_scope} are scopes; absent for no
 * @param domain domain of these scopes; absent for that of the job
 * @param units the units found; absent before discovery
 */
public record PytestSuite(
        @Nullable String name,
        @Nullable List<String> paths,
        @Nullable List<String> args,
        @Nullable String python,
        @Nullable Group group,
        @Nullable Isolate isolate,
        @Nullable String domain,
        @JsonUnwrapped TaskDefaults settings,
        @Nullable List<FoundUnit> units)
        implements Suite {
    /** The path of Millrace's pytest runner in the inputs. */
    public static final String RUNNER_PATH = ".millrace/pytest_runner.py";

    /** What a unit of the suite consists of. */
    public enum Group {
        @JsonProperty("file")
        FILE,
        @JsonProperty("class")
        CLASS,
        @JsonProperty("case")
        CASE
    }

    @Override
    public String adapter() {
        return "pytest";
    }

    @Override
    public String nameOrDefault() {
        return name != null ? name : adapter();
    }

    public List<String> pathsOrNone() {
        return paths != null ? paths : List.of();
    }

    public List<String> argsOrNone() {
        return args != null ? args : List.of();
    }

    public String pythonOrDefault() {
        return python != null ? python : "python3";
    }

    public Group groupOrDefault() {
        return group != null ? group : isolate == Isolate.CLASS ? Group.CLASS : Group.FILE;
    }

    @Override
    public List<FoundUnit> unitsOrNone() {
        return units != null ? units : List.of();
    }

    @Override
    public List<String> command(List<String> found) {
        Path runner = Path.of(settings.directoryOrRoot()).normalize().relativize(Path.of(RUNNER_PATH));
        var command = new ArrayList<>(List.of(pythonOrDefault(), runner.toString(), "run"));
        command.addAll(found);
        command.add("--");
        command.addAll(argsOrNone());
        return command;
    }

    @Override
    public List<String> scopeCommand(Role role, String scope) {
        Path runner = Path.of(settings.directoryOrRoot()).normalize().relativize(Path.of(RUNNER_PATH));
        var command = new ArrayList<>(List.of(pythonOrDefault(), runner.toString(), role.wireName(), scope, "--"));
        command.addAll(argsOrNone());
        return command;
    }

    @Override
    public String unitWord() {
        return switch (groupOrDefault()) {
            case FILE -> "files";
            case CLASS -> "classes";
            case CASE -> "cases";
        };
    }

    @Override
    public PytestSuite withSettings(TaskDefaults other) {
        return new PytestSuite(name, paths, args, python, group, isolate, domain, other, units);
    }

    @Override
    public PytestSuite withUnits(List<FoundUnit> found) {
        return new PytestSuite(name, paths, args, python, group, isolate, domain, settings, found);
    }
}
