package dev.millrace.schemas.spec;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.millrace.schemas.event.Role;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A suite for the JUnit Platform.
 *
 * @param name {@code junit} by default
 * @param classpath globs over the inputs; after discovery, paths in the input tree, including Millrace's JUnit runner
 * @param scan globs over the inputs that select where to search for test classes
 * @param includeClassname regular expression that the names of test classes must match; the JUnit console's default if absent
 * @param java the command that starts Java; {@code java} by default
 * @param forkEach whether each class runs in its own JVM, and therefore in its own task; absent for no
 * @param isolate whether classes with a {@code @SharedScope} are scopes; absent for no
 * @param domain domain of these scopes; absent for that of the job
 * @param units test classes; absent before discovery
 */
public record JUnitSuite(
        @Nullable String name,
        List<String> classpath,
        List<String> scan,
        @Nullable String includeClassname,
        @Nullable List<String> jvmArgs,
        @Nullable String java,
        @Nullable Boolean forkEach,
        @Nullable Isolate isolate,
        @Nullable String domain,
        @JsonUnwrapped TaskDefaults settings,
        @Nullable List<FoundUnit> units)
        implements Suite {
    public static final String DEFAULT_INCLUDE = "^(Test.*|.+[.$]Test.*|.*Tests?)$";

    @Override
    public String adapter() {
        return "junit";
    }

    @Override
    public String nameOrDefault() {
        return name != null ? name : adapter();
    }

    public List<String> jvmArgsOrNone() {
        return jvmArgs != null ? jvmArgs : List.of();
    }

    @Override
    public List<FoundUnit> unitsOrNone() {
        return units != null ? units : List.of();
    }

    @Override
    public List<String> command(List<String> classes) {
        List<String> command = runner("run");
        command.addAll(classes);
        return command;
    }

    @Override
    public List<String> scopeCommand(Role role, String scope) {
        List<String> command = runner(role.wireName());
        command.add(scope);
        return command;
    }

    /** Returns a command that can be extended, which starts the runner. */
    private List<String> runner(String what) {
        var command = new ArrayList<String>();
        command.add(java != null ? java : "java");
        command.addAll(jvmArgsOrNone());
        command.add("-cp");
        Path directory = Path.of(settings.directoryOrRoot()).normalize();
        command.add(classpath.stream()
                .map(entry -> directory.relativize(Path.of(entry)).toString())
                .collect(Collectors.joining(":")));
        command.add("dev.millrace.junit.Main");
        command.add(what);
        return command;
    }

    @Override
    public boolean runsEachAlone() {
        return Boolean.TRUE.equals(forkEach);
    }

    @Override
    public String unitWord() {
        return "classes";
    }

    @Override
    public JUnitSuite withUnits(List<FoundUnit> found) {
        return new JUnitSuite(
                name, classpath, scan, includeClassname, jvmArgs, java, forkEach, isolate, domain, settings, found);
    }

    @Override
    public JUnitSuite withSettings(TaskDefaults other) {
        return new JUnitSuite(
                name, classpath, scan, includeClassname, jvmArgs, java, forkEach, isolate, domain, other, units);
    }

    public JUnitSuite resolved(List<String> treeClasspath, List<FoundUnit> found) {
        return new JUnitSuite(
                name, treeClasspath, scan, includeClassname, jvmArgs, java, forkEach, isolate, domain, settings, found);
    }
}
