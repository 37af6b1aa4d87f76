package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs suites whose classes or modules are scopes. Their tasks have no sandbox, so that they can write to a journal on this machine. */
class IsolatedSuitesIT {
    private static final String POOL = "isolated";
    private static final Path LIB = SharedStack.ROOT.resolve("examples/commons-lang3/target/lib");
    private static final SharedStack STACK = SharedStack.get();

    @SuppressWarnings("NullAway.Init") // Set before all tests.
    private static LaunchedProcess executor;

    private final Path directory;

    IsolatedSuitesIT(@TempDir Path directory) {
        this.directory = directory;
    }

    @BeforeAll
    static void start() throws IOException {
        executor = ExecutorProcess.start(STACK, POOL, "isolating", 4, "executor.sandbox=process");
        await("the executor is up").atMost(Duration.ofSeconds(60)).until(executor::isReady);
    }

    @AfterAll
    static void stop() {
        executor.close();
    }

    private Path journal() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path journal = Files.createFile(directory.resolve("journal"));
        return Files.setPosixFilePermissions(journal, PosixFilePermissions.fromString("rw-rw-rw-"));
    }

    private Path write(Map<String, String> files) throws IOException {
        Path project = Files.createDirectories(directory.resolve("project"));
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = project.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        return project;
    }

    private SharedStack.Result run(Path project, String spec) throws IOException {
        return STACK.millrace(
                "run", Files.writeString(project.resolve("job.yaml"), spec).toString(), "--output", "junit");
    }

    private static final String MODULE =
            """
            import os
            here = os.environ["JOURNAL"]
            def note(text):
                with open(here, "a") as file: file.write(text + "\\n")
            note("import %1$s")
            class millrace_scope:
                def setup():
                    note("setup %1$s")
                    return {"name": "%1$s"}
                def teardown(value):
                    note("teardown " + value["name"])
            def test_one(millrace_scope):
                assert millrace_scope == {"name": "%1$s"}
                note("test %1$s")
            def test_two(millrace_scope):
                assert millrace_scope == {"name": "%1$s"}
                note("test %1$s")
            """;

    @Test
    void inIsolatedModulesShouldSetEachUpOnceAndImportNoOther() throws Exception {
        Path journal = journal();
        Path project = write(Map.of(
                "tests/test_a.py", MODULE.formatted("a"),
                "tests/test_b.py", MODULE.formatted("b"),
                "tests/test_free.py", "def test_free(): pass\n"));

        var run = run(
                project,
                """
                apiVersion: millrace.dev/v1
                name: isolated
                pool: %s
                defaults: {retries: 0, env: {JOURNAL: '%s'}}
                inputs: [{from: tests, to: tests}]
                suites: [{pytest: {paths: [tests], isolate: module, args: ["-p", "no:cacheprovider"]}}]
                """
                        .formatted(POOL, journal));

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).contains("tests=\"5\"", "failures=\"0\"");
        List<String> all = Files.readAllLines(journal);
        // The first imports are those of the discovery.
        assertThat(all.subList(0, 2)).containsExactlyInAnyOrder("import a", "import b");
        List<String> a = List.of("import a", "setup a", "import a", "test a", "test a", "import a", "teardown a");
        List<String> b = a.stream().map(line -> line.replaceAll("a$", "b")).toList();
        assertThat(all.subList(2, all.size()))
                .isIn(
                        Stream.of(a, b).flatMap(List::stream).toList(),
                        Stream.of(b, a).flatMap(List::stream).toList());
    }

    @Test
    void inIsolatedClassesShouldHandTheValueToTheTestsOfTheClass() throws Exception {
        Path project = write(
                Map.of(
                        "test_classes.py",
                        """
                class Steps:
                    def setup(): return [1, 2]
                    def teardown(value): assert value == [1, 2]
                class TestFirst:
                    millrace_scope = Steps
                    def test_value(self, millrace_scope): assert millrace_scope == [1, 2]
                class TestSecond:
                    millrace_scope = (lambda: "second", lambda value: None)
                    def test_value(self, millrace_scope): assert millrace_scope == "second"
                class TestFree:
                    def test_free(self): pass
                """));

        var run = run(
                project,
                """
                apiVersion: millrace.dev/v1
                name: classes
                pool: %s
                inputs: [{from: test_classes.py, to: test_classes.py}]
                suites: [{pytest: {isolate: class, args: ["-p", "no:cacheprovider"]}}]
                """
                        .formatted(POOL));

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).contains("tests=\"3\"", "failures=\"0\"", "errors=\"0\"");
    }

    @Test
    void inFixtureThatYieldsShouldRefuseItWithAdvice() throws Exception {
        Path project = write(
                Map.of(
                        "test_y.py",
                        """
                import pytest
                @pytest.fixture(scope="module")
                def millrace_scope():
                    yield 1
                def test_it(millrace_scope): pass
                """));

        var run = run(
                project,
                """
                apiVersion: millrace.dev/v1
                name: yields
                inputs: [{from: test_y.py, to: test_y.py}]
                suites: [{pytest: {isolate: module}}]
                """);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("test_y.py: a fixture that yields cannot span the processes that run the tests of a scope");
    }

    @Test
    void inSuiteWithNothingToIsolateShouldSaySo() throws Exception {
        Path project = write(Map.of("test_x.py", "def test_it(): pass\n"));

        var run = run(
                project,
                """
                apiVersion: millrace.dev/v1
                name: nothing
                inputs: [{from: test_x.py, to: test_x.py}]
                suites: [{pytest: {isolate: module}}]
                """);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("suite 'pytest' has 'isolate: module', but no module has a millrace_scope");
    }

    @Test
    void inIsolatedJUnitClassesShouldHandTheValueToTheTests() throws Exception {
        Path journal = journal();
        Path classes = compile(
                """
                import dev.millrace.junit.*;
                import java.nio.file.*;
                import org.junit.jupiter.api.*;

                @SharedScope(SharedTest.Steps.class)
                class SharedTest {
                    public static class Steps implements ScopeSteps {
                        public String setUp() throws Exception { note("setup"); return "value"; }
                        public void tearDown(String value) throws Exception { note("teardown " + value); }
                    }
                    static void note(String text) throws Exception {
                        Files.writeString(Path.of(System.getenv("JOURNAL")), text + "\\n", StandardOpenOption.APPEND);
                    }
                    @Test void first() throws Exception { note("test " + ScopeValue.get()); }
                    @Test void second() throws Exception { note("test " + ScopeValue.get()); }
                }
                """);

        var run = run(
                directory,
                """
                apiVersion: millrace.dev/v1
                name: shared
                pool: %s
                defaults: {retries: 0, env: {JOURNAL: '%s'}}
                inputs: [{from: '%s', to: lib}, {from: '%s', to: classes}]
                suites: [{junit: {classpath: ["lib/*.jar", classes], scan: [classes], isolate: class}}]
                """
                        .formatted(POOL, journal, LIB, classes));

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(Files.readAllLines(journal)).containsExactly("setup", "test value", "test value", "teardown value");
    }

    private Path compile(String source) throws IOException {
        Path file = Files.writeString(directory.resolve("SharedTest.java"), source);
        Path classes = Files.createDirectories(directory.resolve("classes"));
        String classpath;
        try (Stream<Path> jars = Files.list(LIB)) {
            classpath = jars.map(Path::toString).reduce("", (all, jar) -> all + jar + ":")
                    + SharedStack.ROOT.resolve("gateway/junit-runner/target/classes");
        }
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-cp", classpath, "-d", classes.toString(), file.toString());
        assertThat(failed).isZero();
        return classes;
    }
}
