package dev.millrace.maven;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.model.Plugin;
import org.apache.maven.model.PluginExecution;
import org.apache.maven.plugin.MojoExecution;
import org.apache.maven.plugin.PluginParameterExpressionEvaluator;
import org.apache.maven.plugin.descriptor.MojoDescriptor;
import org.apache.maven.plugin.descriptor.PluginDescriptor;
import org.apache.maven.project.MavenProject;
import org.codehaus.plexus.component.configurator.expression.ExpressionEvaluationException;
import org.codehaus.plexus.util.xml.Xpp3Dom;
import org.jspecify.annotations.Nullable;

/** The configuration of Surefire's {@code default-test} in one module, with every expression replaced by its value. */
final class SurefireSettings {
    private static final String DEFAULT = "default-test";
    private static final String NO_PHASE = "none";
    private static final String PLUGIN = "org.apache.maven.plugins:maven-surefire-plugin";

    /** Surefire's own syntax for expressions that it replaces late, when earlier goals have set their properties. */
    private static final Pattern LATE = Pattern.compile("@\\{([^}]+)}");

    /** Settings that are reported as one value, each with the property from which Surefire reads the setting if it is not configured. */
    private static final Map<String, String> SINGLE = Map.of(
            "argLine", "argLine",
            "skipTests", "skipTests",
            "skip", "maven.test.skip",
            "skipExec", "maven.test.skip.exec",
            "enableAssertions", "enableAssertions",
            "jvm", "jvm",
            "reuseForks", "reuseForks");

    private static final Set<String> REPORTED = Set.of(
            "includes",
            "excludes",
            "workingDirectory",
            "systemPropertyVariables",
            "environmentVariables",
            "properties");

    /**
     * Settings that are ignored, because they change neither which tests run nor the environment of the tests, but only how Surefire itself
     * reports and distributes the tests.
     */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "basedir",
            "childDelegation",
            "consoleOutputReporter",
            "debugForkedProcess",
            "disableXmlReport",
            "enableOutErrElements",
            "enableProcessChecker",
            "encoding",
            "failIfNoSpecifiedTests",
            "failIfNoTests",
            "failOnFlakeCount",
            "forkCount",
            "forkMode",
            "forkNode",
            "forkedProcessExitTimeoutInSeconds",
            "forkedProcessTimeoutInSeconds",
            "parallel",
            "parallelOptimized",
            "perCoreThreadCount",
            "printSummary",
            "promoteUserPropertiesToSystemProperties",
            "redirectTestOutputToFile",
            "reportFormat",
            "reportNameSuffix",
            "reportsDirectory",
            "rerunFailingTestsCount",
            "runOrder",
            "runOrderRandomSeed",
            "shutdown",
            "skipAfterFailureCount",
            "statelessTestsetInfoReporter",
            "statelessTestsetReporter",
            "tempDir",
            "testFailureIgnore",
            "testSourceDirectory",
            "threadCount",
            "trimStackTrace",
            "useFile",
            "useManifestOnlyJar",
            "useModulePath",
            "useSystemClassLoader",
            "useUnlimitedThreads");

    /** Features that only Surefire supports, each with the property that enables it. */
    private static final Map<String, String> BY_PROPERTY = Map.of(
            "test", "test",
            "groups", "groups",
            "excludedGroups", "excludedGroups",
            "includesFile", "surefire.includesFile",
            "excludesFile", "surefire.excludesFile",
            "suiteXmlFiles", "surefire.suiteXmlFiles",
            "additionalClasspathElements", "maven.test.additionalClasspath",
            "classpathDependencyExcludes", "maven.test.dependency.excludes",
            "includeJUnit5Engines", "surefire.includeJUnit5Engines",
            "excludeJUnit5Engines", "surefire.excludeJUnit5Engines");

    private final MavenProject project;
    private final @Nullable Xpp3Dom configuration;
    private final PluginParameterExpressionEvaluator evaluator;
    private final List<String> others;
    private final boolean off;

    SurefireSettings(MavenSession session, MavenProject project) {
        this.project = project;
        Plugin plugin = project.getPlugin(PLUGIN);
        this.configuration = plugin == null ? null : configuration(plugin);
        this.others = plugin == null ? List.of() : others(plugin);
        this.off = plugin != null && isOff(plugin);
        var descriptor = new MojoDescriptor();
        descriptor.setPluginDescriptor(new PluginDescriptor());
        descriptor.setGoal("test");
        this.evaluator = new PluginParameterExpressionEvaluator(session, new MojoExecution(descriptor));
    }

    /** Returns the ids of the executions that run tests in addition to {@code default-test}. */
    private static List<String> others(Plugin plugin) {
        return plugin.getExecutions().stream()
                .filter(it -> !it.getId().equals(DEFAULT) && it.getGoals().contains("test"))
                .filter(it -> !NO_PHASE.equals(it.getPhase()))
                .map(PluginExecution::getId)
                .collect(Collectors.toUnmodifiableList());
    }

    private static boolean isOff(Plugin plugin) {
        return plugin.getExecutions().stream()
                .anyMatch(it -> it.getId().equals(DEFAULT) && NO_PHASE.equals(it.getPhase()));
    }

    private static @Nullable Xpp3Dom configuration(Plugin plugin) {
        return Stream.concat(
                        plugin.getExecutions().stream()
                                .filter(it -> it.getId().equals(DEFAULT))
                                .map(PluginExecution::getConfiguration),
                        Stream.of(plugin).map(Plugin::getConfiguration))
                .filter(Xpp3Dom.class::isInstance)
                .map(Xpp3Dom.class::cast)
                .findFirst()
                .orElse(null);
    }

    void write(Properties report) {
        SINGLE.forEach((name, property) -> {
            Xpp3Dom node = child(configuration, name);
            String value = node == null ? property(property) : text(node);
            if (value != null && !value.isBlank()) {
                report.setProperty(name, value);
            }
        });
        if (off) {
            report.setProperty("skip", "true");
        }
        TestReport.list(report, "unsupported", unsupported());
        String workingDirectory = text(child(configuration, "workingDirectory"));
        if (workingDirectory != null) {
            report.setProperty("workingDirectory", workingDirectory);
        }
        TestReport.list(report, "include", items("includes", "surefire.includes"));
        TestReport.list(report, "exclude", items("excludes", "surefire.excludes"));
        for (String map : List.of("systemPropertyVariables", "environmentVariables")) {
            for (Xpp3Dom entry : children(child(configuration, map))) {
                String value = text(entry);
                report.setProperty(map + "." + entry.getName(), value == null ? "" : value);
            }
        }
        String parameters = configuration == null
                ? null
                : Stream.of(children(child(configuration, "properties")))
                        .filter(it -> it.getName().equals("configurationParameters"))
                        .map(this::text)
                        .findFirst()
                        .orElse(null);
        if (parameters != null) {
            report.setProperty("configurationParameters", parameters);
        }
    }

    /** Lists settings that Millrace cannot apply. A run without them would differ from a run with Surefire, and nobody would notice. */
    private List<String> unsupported() {
        var unsupported = new TreeSet<String>();
        for (Xpp3Dom node : children(configuration)) {
            String name = node.getName();
            boolean known = SINGLE.containsKey(name)
                    || REPORTED.contains(name)
                    || WITHOUT_EFFECT.contains(name)
                    || isUsualDirectory(name, node);
            boolean empty = node.getChildCount() == 0
                    && (node.getValue() == null || node.getValue().isBlank());
            if (!known && !empty) {
                unsupported.add(name);
            }
        }
        for (Xpp3Dom node : children(child(configuration, "properties"))) {
            if (!node.getName().equals("configurationParameters")) {
                unsupported.add("properties");
            }
        }
        BY_PROPERTY.forEach((name, property) -> {
            if (child(configuration, name) == null && property(property) != null) {
                unsupported.add(name);
            }
        });
        others.forEach(it -> unsupported.add("execution " + it));
        return List.copyOf(unsupported);
    }

    /** Returns whether a setting names the directory to which Maven writes the classes anyway; no other directory is supported. */
    private boolean isUsualDirectory(String name, Xpp3Dom node) {
        String usual = name.equals("testClassesDirectory")
                ? project.getBuild().getTestOutputDirectory()
                : name.equals("classesDirectory") ? project.getBuild().getOutputDirectory() : null;
        String asked = usual == null ? null : text(node);
        return asked != null
                && project.getBasedir()
                        .toPath()
                        .resolve(asked)
                        .normalize()
                        .equals(Path.of(usual).normalize());
    }

    private @Nullable String property(String name) {
        String reference = "${" + name + "}";
        String value = (String) value(reference);
        return value == null || value.isBlank() || value.equals(reference) ? null : value;
    }

    private List<String> items(String name, String property) {
        var items = new ArrayList<String>();
        Xpp3Dom list = child(configuration, name);
        String asked = list == null ? property(property) : null;
        if (asked != null) {
            items.add(asked);
        }
        for (Xpp3Dom item : children(list)) {
            String text = text(item);
            if (text != null && !text.isBlank()) {
                items.add(text.strip());
            }
        }
        return items;
    }

    private static @Nullable Xpp3Dom child(@Nullable Xpp3Dom node, String name) {
        return node == null ? null : node.getChild(name);
    }

    private static Xpp3Dom[] children(@Nullable Xpp3Dom node) {
        return node == null ? new Xpp3Dom[0] : node.getChildren();
    }

    private @Nullable String text(@Nullable Xpp3Dom node) {
        if (node == null || node.getValue() == null) {
            return null;
        }
        Matcher late = LATE.matcher(node.getValue());
        String replaced = late.replaceAll(
                it -> Matcher.quoteReplacement(project.getProperties().getProperty(it.group(1), "")));
        Object value = value(replaced);
        return value == null ? null : value.toString();
    }

    private @Nullable Object value(String expression) {
        try {
            return evaluator.evaluate(expression, String.class);
        } catch (ExpressionEvaluationException e) {
            throw new IllegalStateException("cannot evaluate " + expression, e);
        }
    }
}
