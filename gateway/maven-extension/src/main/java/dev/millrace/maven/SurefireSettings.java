package dev.millrace.maven;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
    private static final String PLUGIN = "org.apache.maven.plugins:maven-surefire-plugin";

    /** Surefire's own late replacement, of properties that goals before it have set. */
    private static final Pattern LATE = Pattern.compile("@\\{([^}]+)}");

    /** What Surefire reads from a property when it is not configured. */
    private static final List<String> SINGLE =
            List.of("argLine", "skipTests", "skip", "groups", "excludedGroups", "testNGArtifactName");

    private final MavenProject project;
    private final @Nullable Xpp3Dom configuration;
    private final PluginParameterExpressionEvaluator evaluator;

    SurefireSettings(MavenSession session, MavenProject project) {
        this.project = project;
        Plugin plugin = project.getPlugin(PLUGIN);
        this.configuration = plugin == null ? null : configuration(plugin);
        var descriptor = new MojoDescriptor();
        descriptor.setPluginDescriptor(new PluginDescriptor());
        descriptor.setGoal("test");
        this.evaluator = new PluginParameterExpressionEvaluator(session, new MojoExecution(descriptor));
    }

    private static @Nullable Xpp3Dom configuration(Plugin plugin) {
        return Stream.concat(
                        plugin.getExecutions().stream()
                                .filter(it -> it.getId().equals("default-test"))
                                .map(PluginExecution::getConfiguration),
                        Stream.of(plugin).map(Plugin::getConfiguration))
                .filter(Xpp3Dom.class::isInstance)
                .map(Xpp3Dom.class::cast)
                .findFirst()
                .orElse(null);
    }

    void write(Properties report) {
        for (String name : SINGLE) {
            Xpp3Dom node = child(configuration, name);
            String value = node == null ? property(name) : text(node);
            if (value != null && !value.isBlank()) {
                report.setProperty(name, value);
            }
        }
        String workingDirectory = text(child(configuration, "workingDirectory"));
        if (workingDirectory != null) {
            report.setProperty("workingDirectory", workingDirectory);
        }
        TestReport.list(report, "include", items("includes"));
        TestReport.list(report, "exclude", items("excludes"));
        TestReport.list(report, "dependencyToScan", items("dependenciesToScan"));
        for (String map : List.of("systemPropertyVariables", "environmentVariables")) {
            for (Xpp3Dom entry : children(child(configuration, map))) {
                String value = text(entry);
                report.setProperty(map + "." + entry.getName(), value == null ? "" : value);
            }
        }
        String parameters = configuration == null
                ? null
                : Stream.of(children(child(configuration, "properties")))
                        .filter(it -> it.getChild("name") == null)
                        .filter(it -> it.getName().equals("configurationParameters"))
                        .map(this::text)
                        .findFirst()
                        .orElse(null);
        if (parameters != null) {
            report.setProperty("configurationParameters", parameters);
        }
    }

    private @Nullable String property(String name) {
        String key = name.equals("skip") ? "maven.test.skip" : name;
        String user = (String) value("${" + key + "}");
        return user == null || user.equals("${" + key + "}") ? null : user;
    }

    private List<String> items(String name) {
        var items = new ArrayList<String>();
        for (Xpp3Dom item : children(child(configuration, name))) {
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
