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

/**
 * Tells how Surefire would start the JVM of a module's tests, with the paths of files in the local repository replaced by their paths in
 * tasks.
 */
final class TestJvm {
    /** One argument; parts in quotes may contain spaces. */
    private static final Pattern WORD = Pattern.compile("(?:\"[^\"]*\"|'[^']*'|\\S)+");

    private final MavenModule module;
    private final ProjectTree tree;

    TestJvm(MavenModule module, ProjectTree tree) {
        this.module = module;
        this.tree = tree;
    }

    /** Returns the working directory of the JVM. */
    Path directory() {
        return module.directory()
                .resolve(module.text("workingDirectory").orElse(""))
                .normalize();
    }

    /** Returns the Java program: the one that is configured for Surefire, else the one that Maven builds with. */
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

    /**
     * Whether the tests' arguments, properties or environment contain the project's absolute path, so that tasks must have the project
     * under the same path.
     */
    boolean namesTheProject() {
        String root = tree.root().toString();
        return arguments().stream().anyMatch(it -> it.contains(root))
                || environment().values().stream().anyMatch(it -> it.contains(root));
    }
}
