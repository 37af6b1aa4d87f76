package dev.millrace.cli.spec;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.spec.FoundUnit;
import dev.millrace.schemas.spec.JUnitSuite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;

/**
 * Finds the test classes of a JUnit suite in a separate JVM with the suite's own class path, since user code must never run in Millrace's
 * own processes.
 */
final class JUnitDiscovery {
    static final String RUNNER_PATH = ".millrace/junit-runner.jar";

    private final Path runnerJar;

    JUnitDiscovery(Path runnerJar) {
        this.runnerJar = runnerJar;
    }

    /**
     * Returns the suite with its test classes and with the globs in its class path expanded. Adds the runner to the inputs and to the class
     * path.
     */
    JUnitSuite resolve(JUnitSuite suite, LocalInputs inputs) throws EmptySuiteException {
        Set<String> classpath = expand(suite.classpath(), inputs, "classpath");
        Set<String> scan = expand(suite.scan(), inputs, "scan");
        List<Path> local = classpath.stream().map(path -> inputs.local(path)).toList();
        requireLauncher(local);
        inputs.put(RUNNER_PATH, runnerJar);
        String directory = suite.settings().directory();
        List<FoundUnit> found = discover(
                suite,
                directory == null ? Path.of(".") : inputs.local(directory),
                local,
                scan.stream().map(path -> inputs.local(path)).toList());
        if (found.isEmpty()) {
            throw EmptySuiteException.ofItself("the suite '" + suite.nameOrDefault()
                    + "' has no test classes: nothing below " + scan + " matches " + include(suite));
        }
        var treeClasspath = new ArrayList<>(classpath);
        treeClasspath.add(RUNNER_PATH);
        JUnitSuite resolved = suite.resolved(
                treeClasspath,
                suite.isolate() != null
                        ? found
                        : found.stream()
                                .map(unit -> new FoundUnit(unit.name(), unit.tests()))
                                .toList());
        Suites.requireScopes(resolved, "@SharedScope");
        return resolved;
    }

    private static Set<String> expand(List<String> globs, LocalInputs inputs, String key) {
        var paths = new LinkedHashSet<String>();
        for (String glob : globs) {
            List<String> matching = inputs.matching(glob);
            if (!matching.isEmpty()) {
                paths.addAll(matching);
            } else if (inputs.hasDirectory(glob)) {
                paths.add(glob.replaceAll("/+$", ""));
            } else {
                throw new CliException(
                        ExitCode.USAGE, "the " + key + " entry '" + glob + "' matches none of the inputs");
            }
        }
        return paths;
    }

    private static void requireLauncher(List<Path> classpath) {
        for (Path entry : classpath) {
            if (Files.isRegularFile(entry) && entry.toString().endsWith(".jar")) {
                try (var jar = new JarFile(entry.toFile())) {
                    if (jar.getEntry("org/junit/platform/launcher/Launcher.class") != null) {
                        return;
                    }
                } catch (IOException e) {
                    throw new CliException(ExitCode.USAGE, "cannot read " + entry + ": " + e.getMessage());
                }
            }
        }
        throw new CliException(
                ExitCode.USAGE,
                "the class path of the JUnit suite has no JUnit Platform launcher; add org.junit.platform:junit-platform-launcher in the"
                        + " version of your JUnit Platform, or junit-platform-console-standalone");
    }

    private static String include(JUnitSuite suite) {
        String include = suite.includeClassname();
        return include != null ? include : JUnitSuite.DEFAULT_INCLUDE;
    }

    private List<FoundUnit> discover(JUnitSuite suite, Path directory, List<Path> classpath, List<Path> scan) {
        return new DiscoveryProcess(suite, directory)
                .run(scratch -> command(suite, classpath, scan, scratch), JUnitDiscovery::read);
    }

    private List<String> command(JUnitSuite suite, List<Path> classpath, List<Path> scan, Path out) {
        var command = new ArrayList<String>();
        command.add(
                suite.java() != null
                        ? suite.java()
                        : Path.of(System.getProperty("java.home"), "bin", "java")
                                .toString());
        // Agents are not needed to find tests, and their paths may be valid only in tasks.
        suite.jvmArgsOrNone().stream()
                .filter(it -> !it.startsWith("-javaagent:") && !it.startsWith("-agentpath:"))
                .forEach(command::add);
        command.add("-XX:TieredStopAtLevel=1");
        command.add("-cp");
        var entries = new ArrayList<String>();
        classpath.forEach(path -> entries.add(path.toString()));
        entries.add(runnerJar.toString());
        command.add(String.join(java.io.File.pathSeparator, entries));
        command.addAll(List.of("dev.millrace.junit.Main", "discover", out.toString(), include(suite)));
        scan.forEach(path -> command.add(path.toString()));
        return command;
    }

    private static List<FoundUnit> read(Path out) throws IOException {
        var found = new ArrayList<FoundUnit>();
        for (String line : Files.readAllLines(out)) {
            JsonNode node = Json.MAPPER.readTree(line);
            found.add(new FoundUnit(
                    node.path("class").asText(),
                    node.path("tests").asInt(),
                    node.path("scope").asText(null)));
        }
        return found;
    }
}
