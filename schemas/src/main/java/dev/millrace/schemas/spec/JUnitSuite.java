package dev.millrace.schemas.spec;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A suite for the JUnit Platform.
 *
 * @param name second part of the history key; {@code junit} by default
 * @param classpath globs over the inputs; paths of the tree once resolved, the runner included
 * @param scan globs over the inputs of what is searched for test classes
 * @param includeClassname regular expression of class names; the JUnit console's default if absent
 * @param java the command that starts Java; {@code java} by default
 * @param classes what was found; only once resolved
 */
public record JUnitSuite(
        @Nullable String name,
        List<String> classpath,
        List<String> scan,
        @Nullable String includeClassname,
        @Nullable List<String> jvmArgs,
        @Nullable String java,
        @Nullable SpecDuration timeout,
        @Nullable SpecDuration silence,
        @Nullable Integer retries,
        @Nullable List<String> artifacts,
        @Nullable Map<String, String> env,
        @Nullable Boolean gating,
        @Nullable KnownFlaky knownFlaky,
        @Nullable Boolean repeatable,
        @Nullable SpecResources resources,
        @Nullable Map<String, String> labels,
        @Nullable Boolean network,
        @Nullable List<FoundClass> classes) {
    public static final String DEFAULT_INCLUDE = "^(Test.*|.+[.$]Test.*|.*Tests?)$";

    /** A test class with the number of test methods its source declares. */
    public record FoundClass(String name, int tests) {}

    public TaskDefaults settings() {
        return new TaskDefaults(
                timeout, silence, retries, artifacts, env, gating, knownFlaky, repeatable, resources, labels, network);
    }

    public String nameOrDefault() {
        return name != null ? name : "junit";
    }

    public String javaOrDefault() {
        return java != null ? java : "java";
    }

    public List<String> jvmArgsOrNone() {
        return jvmArgs != null ? jvmArgs : List.of();
    }

    public List<FoundClass> classesOrNone() {
        return classes != null ? classes : List.of();
    }

    public JUnitSuite resolved(List<String> treeClasspath, List<FoundClass> found) {
        return new JUnitSuite(
                name,
                treeClasspath,
                scan,
                includeClassname,
                jvmArgs,
                java,
                timeout,
                silence,
                retries,
                artifacts,
                env,
                gating,
                knownFlaky,
                repeatable,
                resources,
                labels,
                network,
                found);
    }
}
