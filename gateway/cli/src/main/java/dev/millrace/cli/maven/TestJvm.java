package dev.millrace.cli.maven;

import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How Surefire would start the JVM of a module's tests, with files of the local repository where tasks have them. */
final class TestJvm {
    /** A word, or several in quotes. */
    private static final Pattern WORD = Pattern.compile("(?:\"[^\"]*\"|'[^']*'|\\S)+");

    private final MavenModule module;
    private final ProjectTree tree;

    TestJvm(MavenModule module, ProjectTree tree) {
        this.module = module;
        this.tree = tree;
    }

    /** Where it starts. */
    Path directory() {
        return module.directory()
                .resolve(module.text("workingDirectory").orElse(""))
                .normalize();
    }

    /** The Java it is: what Surefire was told, or else what Maven builds with. */
    String java() {
        return module.text("jvm").or(() -> module.text("java")).orElse("java");
    }

    List<String> arguments() {
        var arguments = new ArrayList<String>();
        if (!module.text("enableAssertions").filter("false"::equals).isPresent()) {
            arguments.add("-ea");
        }
        Matcher words = WORD.matcher(module.text("argLine").orElse(""));
        while (words.find()) {
            arguments.add(tree.seenFrom(directory(), words.group().replaceAll("[\"']", "")));
        }
        var properties = new TreeMap<>(module.map("systemPropertyVariables"));
        properties.putAll(module.map("userProperties"));
        properties.forEach((name, value) -> arguments.add("-D" + name + "=" + tree.seenFrom(directory(), value)));
        module.text("configurationParameters").ifPresent(lines -> lines.lines()
                .map(String::strip)
                .filter(line -> line.contains("="))
                .forEach(line -> arguments.add("-D" + line.replaceFirst("\\s*=\\s*", "="))));
        return arguments;
    }

    Map<String, String> environment() {
        var environment = new TreeMap<String, String>();
        module.map("environmentVariables").forEach((name, value) -> {
            if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
                throw new CliException(
                        ExitCode.USAGE, "module " + module.name() + " sets the environment variable '" + name + "'");
            }
            environment.put(name, tree.seenFrom(directory(), value));
        });
        return environment;
    }

    /** Whether the arguments or properties of tests name the project's absolute path, so that it must be at the same place. */
    boolean namesTheProject() {
        String root = tree.root().toString();
        return arguments().stream().anyMatch(it -> it.contains(root))
                || environment().values().stream().anyMatch(it -> it.contains(root));
    }
}
