package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Runs some of the published commons-lang3 tests, and classes that crash or hang. */
class JUnitSuiteIT {
    private static final Path LIB = SharedStack.ROOT.resolve("examples/commons-lang3/target/lib");

    /** Selects classes that include disabled templates, and failing, skipped and dynamic cases. */
    private static final String INCLUDE =
            "org[.]apache[.]commons[.]lang3[.](StringUtils|CharSet|Range|time[.]DurationFormat|math|mutable|builder|reflect[.]TypeUtils|RandomStringUtils).*Test";

    private final SharedStack stack = SharedStack.get();

    /** The results in one or more JUnit XML files. */
    private record Report(int found, int skipped, Set<String> failing) {}

    private static Report read(List<Path> files) throws Exception {
        int found = 0;
        int skipped = 0;
        var failing = new TreeSet<String>();
        for (Path file : files) {
            NodeList cases = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(file.toFile())
                    .getElementsByTagName("testcase");
            for (int i = 0; i < cases.getLength(); i++) {
                var one = (Element) cases.item(i);
                found++;
                skipped += one.getElementsByTagName("skipped").getLength() > 0 ? 1 : 0;
                if (one.getElementsByTagName("failure").getLength()
                                + one.getElementsByTagName("error").getLength()
                        > 0) {
                    failing.add(one.getAttribute("classname") + "." + one.getAttribute("name"));
                }
            }
        }
        return new Report(found, skipped, failing);
    }

    private static Report console() throws Exception {
        Path reports = Files.createDirectories(SharedStack.SCRATCH.resolve("console-reports"));
        List<String> jars;
        try (var files = Files.list(LIB)) {
            jars = files.map(Path::toString).sorted().toList();
        }
        var command = new ArrayList<String>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "-cp",
                String.join(":", jars),
                "org.junit.platform.console.ConsoleLauncher",
                "execute",
                "--scan-classpath",
                LIB.resolve("commons-lang3-3.18.0-tests.jar").toString(),
                "--include-classname",
                INCLUDE,
                "--details=none",
                "--reports-dir",
                reports.toString()));
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(SharedStack.SCRATCH.resolve("console.log").toFile());
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment()
                .put(
                        "HOME",
                        Files.createDirectories(SharedStack.SCRATCH.resolve("console-home"))
                                .toString());
        Process process = builder.start();
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        try (var files = Files.list(reports)) {
            return read(files.filter(it -> it.toString().endsWith(".xml")).toList());
        }
    }

    private static Path slice(String project) {
        return SharedStack.spec(
                "slice-" + project,
                """
                apiVersion: millrace.dev/v1
                name: slice
                project: %s
                inputs: [{from: %s, to: lib}]
                defaults: {retries: 0, timeout: 3m}
                suites:
                  - junit:
                      classpath: ["lib/*.jar"]
                      scan: ["lib/commons-lang3-*-tests.jar"]
                      includeClassname: '%s'
                      jvmArgs: [--add-opens=java.base/java.lang=ALL-UNNAMED, --add-opens=java.base/java.util=ALL-UNNAMED]
                """
                        .formatted(project, LIB, INCLUDE));
    }

    @Test
    void inSliceOfARealSuiteShouldEqualTheConsoleAndPlanTheSecondRunFromHistory() throws Exception {
        Path results = SharedStack.SCRATCH.resolve("slice-results");
        String spec = slice("slice").toString();
        var first = stack.millrace("run", spec, "-d", results.toString(), "--output", "json");
        String firstJob = Json.MAPPER.readTree(first.out()).path("jobId").asText();

        var second = stack.millrace("run", spec, "-d", results.toString(), "--output", "json");

        Report expected = console();
        assertThat(expected.found()).isGreaterThan(1_000);
        assertThat(read(List.of(results.resolve(firstJob).resolve("junit.xml"))))
                .isEqualTo(expected);
        assertThat(first.exitCode())
                .as(first.err())
                .isEqualTo(expected.failing().isEmpty() ? 0 : 88);
        String secondJob = Json.MAPPER.readTree(second.out()).path("jobId").asText();
        assertThat(read(List.of(results.resolve(secondJob).resolve("junit.xml"))))
                .isEqualTo(expected);
        assertPlannedFromHistoryLongestFirst(secondJob);
    }

    private void assertPlannedFromHistoryLongestFirst(String jobId) throws IOException {
        List<JsonNode> tasks = new ArrayList<>();
        Json.MAPPER
                .readTree(stack.millrace("tasks", jobId, "--output", "json").out())
                .forEach(tasks::add);
        assertThat(tasks)
                .allSatisfy(task -> assertThat(task.path("estimateSource").asText())
                        .matches("([0-9]+) of \\1 classes by history.*"));
        tasks.sort(Comparator.comparingLong(task -> task.path("startedAtMs").asLong()));
        List<Long> firstTwo = tasks.stream()
                .limit(2)
                .map(task -> task.path("estimateMs").asLong())
                .sorted()
                .toList();
        List<Long> longestTwo = tasks.stream()
                .map(task -> task.path("estimateMs").asLong())
                .sorted(Comparator.reverseOrder())
                .limit(2)
                .sorted()
                .toList();
        assertThat(firstTwo).isEqualTo(longestTwo);
    }

    private static Path compiledSuite() throws IOException {
        Path directory = SharedStack.SCRATCH.resolve("crash-suite");
        Path source = Files.createDirectories(directory.resolve("src/x"));
        var files = new ArrayList<String>();
        for (String[] test : new String[][] {
            {"FineTest", ""},
            {"HaltTest", "Runtime.getRuntime().halt(7);"},
            {
                "AbortTest",
                "new ProcessBuilder(\"sh\", \"-c\", \"kill -ABRT \" + ProcessHandle.current().pid()).start().waitFor(); Thread.sleep(60000);"
            },
            {"ExitTest", "System.exit(0);"},
            {"SlowTest", "Thread.sleep(120000);"}
        }) {
            Path file = source.resolve(test[0] + ".java");
            Files.writeString(
                    file,
                    "package x; class " + test[0]
                            + " { @org.junit.jupiter.api.Test void fine() {} @org.junit.jupiter.api.Test void misbehaves() throws Exception { "
                            + test[1] + " } }");
            files.add(file.toString());
        }
        Path classes = Files.createDirectories(directory.resolve("classes"));
        var arguments = new ArrayList<>(List.of(
                "-nowarn",
                "-proc:none",
                "-cp",
                LIB.resolve("junit-platform-console-standalone-1.13.4.jar").toString(),
                "-d",
                classes.toString()));
        arguments.addAll(files);
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)))
                .isZero();
        return directory;
    }

    @Test
    void inCrashedAndHungProcessesShouldReportErrorsThatNameTheCause() throws Exception {
        Path directory = compiledSuite();
        var suites = new StringBuilder();
        for (String name : List.of("Fine", "Halt", "Abort", "Exit", "Slow")) {
            suites.append("  - junit: {name: ")
                    .append(name)
                    .append(
                            ", classpath: [\"lib/*.jar\", classes], scan: [classes], timeout: 8s, includeClassname: 'x[.]")
                    .append(name)
                    .append("Test'}\n");
        }
        Path spec = Files.writeString(
                directory.resolve("job.yaml"),
                """
                apiVersion: millrace.dev/v1
                name: crashes
                inputs: [{from: %s, to: lib}, {from: classes, to: classes}]
                defaults: {retries: 0}
                suites:
                """
                                .formatted(LIB)
                        + suites);

        var run = stack.millrace(
                "run",
                spec.toString(),
                "-d",
                SharedStack.SCRATCH.resolve("crash-results").toString(),
                "--output",
                "junit");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(88);
        assertThat(run.out())
                .contains("testsuite name=\"x.FineTest\" tests=\"2\" failures=\"0\" errors=\"0\"")
                .contains("it did not finish: the command exited with code 7")
                .contains("it did not finish: the process was ended by SIGABRT")
                .contains("it did not finish: the runner ended without running it")
                .contains("it did not finish: the task timed out");
    }
}
