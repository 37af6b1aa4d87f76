package dev.millrace.junit;

import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathRoots;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Finds the test classes that the JUnit console would find in the same roots. */
final class Discovery {
    private static final String CLASS_FILE = ".class";

    private Discovery() {}

    /** Writes a line {@code {"class": …, "tests": …, "scope": …}} for each class directly below an engine, sorted by name. */
    static void write(List<Path> roots, String include, Path out) throws IOException {
        for (Path root : roots) {
            requireLoadable(root, Pattern.compile(include));
        }
        TestPlan plan = LauncherFactory.create()
                .discover(LauncherDiscoveryRequestBuilder.request()
                        .selectors(selectClasspathRoots(new LinkedHashSet<>(roots)))
                        .filters(includeClassNamePatterns(include))
                        .build());
        Map<String, Long> tests = new TreeMap<>();
        for (TestIdentifier engine : plan.getRoots()) {
            for (TestIdentifier child : plan.getChildren(engine)) {
                child.getSource()
                        .filter(ClassSource.class::isInstance)
                        .map(ClassSource.class::cast)
                        .ifPresent(source -> tests.merge(source.getClassName(), count(plan, child), Long::sum));
            }
        }
        try (BufferedWriter writer = Files.newBufferedWriter(out)) {
            for (Map.Entry<String, Long> entry : tests.entrySet()) {
                Json unit = new Json().put("class", entry.getKey()).put("tests", entry.getValue());
                if (ScopeStep.has(entry.getKey())) {
                    unit.put("scope", entry.getKey());
                }
                writer.write(unit.toString());
                writer.newLine();
            }
        }
    }

    /**
     * Throws if a test class cannot be loaded. JUnit silently leaves out such classes, so a missing jar would only reduce the number of
     * tests and would not be noticed.
     */
    private static void requireLoadable(Path root, Pattern include) throws IOException {
        if (!Files.isDirectory(root)) {
            return;
        }
        List<String> names;
        try (Stream<Path> files = Files.walk(root)) {
            names = files.map(file -> root.relativize(file).toString())
                    .filter(file -> file.endsWith(CLASS_FILE)
                            && !file.startsWith("META-INF")
                            && !file.endsWith("-info" + CLASS_FILE))
                    .map(file -> file.substring(0, file.length() - CLASS_FILE.length())
                            .replace('/', '.'))
                    .filter(name -> include.matcher(name).matches())
                    .sorted()
                    .toList();
        }
        for (String name : names) {
            try {
                // This also loads the parameter and return types of its methods.
                var unused = Class.forName(name, false, Discovery.class.getClassLoader())
                        .getDeclaredMethods();
            } catch (ClassNotFoundException | LinkageError e) {
                throw new IllegalArgumentException("the test class " + name + " cannot be loaded: " + e, e);
            }
        }
    }

    /** Counts the test methods below {@code container}; a template, such as a parameterized test, counts once. */
    private static long count(TestPlan plan, TestIdentifier container) {
        return plan.getDescendants(container).stream()
                .filter(it -> it.isTest() || plan.getChildren(it).isEmpty())
                .count();
    }
}
