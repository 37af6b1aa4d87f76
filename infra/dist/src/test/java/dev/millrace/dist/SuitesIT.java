package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

/**
 * Runs small suites through the adapters, and compares the result of each case with what the same framework reports when it is run
 * directly.
 */
class SuitesIT {
    private final SharedStack stack = SharedStack.get();

    private static Path project(String name, Map<String, String> files) throws IOException {
        Path directory = SharedStack.SCRATCH.resolve("suites").resolve(name);
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = directory.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        return directory;
    }

    private static void run(Path directory, List<Integer> accepted, String... command) throws Exception {
        Path log = directory.resolve("command.log");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isIn(accepted);
    }

    /** Returns how each case in the XML ended, with its name as the key. */
    private static Map<String, String> cases(String xml) throws Exception {
        var cases = new TreeMap<String, String>();
        var document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(xml.substring(xml.indexOf('<')))));
        var elements = document.getElementsByTagName("testcase");
        for (int i = 0; i < elements.getLength(); i++) {
            Element element = (Element) elements.item(i);
            // ctest and GoogleTest give these statuses to tests that they were told not to run.
            String status = element.getAttribute("status").matches("disabled|notrun") ? "skipped" : "passed";
            for (String ending : List.of("failure", "error", "skipped")) {
                status = element.getElementsByTagName(ending).getLength() > 0 ? ending : status;
            }
            cases.put(element.getAttribute("name"), status);
        }
        return cases;
    }

    private Map<String, String> millrace(Path directory, String spec) throws Exception {
        Path file = Files.writeString(directory.resolve("job.yaml"), spec);
        var run = stack.millrace(
                "run", file.toString(), "-d", directory.resolve("out").toString(), "--output", "junit");
        assertThat(run.exitCode()).as(run.err()).isEqualTo(88);
        return cases(run.out());
    }

    @Test
    void inPytestShouldReportEveryCaseAsPytestDoes() throws Exception {
        Path project = project(
                "pytest",
                Map.of(
                        "conftest.py",
                        "import pytest\n@pytest.fixture\ndef shared(): return 41\n",
                        "tests/test_first.py",
                        """
                        import os, pytest
                        class TestClass:
                            def test_fixture(self, shared): assert shared == 41
                            @pytest.mark.parametrize("word", ["one", "two words", "sl/ash"])
                            def test_word(self, word): assert word != "two words"
                        def test_in_its_directory(): assert os.path.exists("conftest.py")
                        """,
                        "tests/test_second.py",
                        """
                        import pytest
                        def test_skipped(): pytest.skip("not today")
                        @pytest.mark.xfail
                        def test_expected_to_fail(): assert False
                        @pytest.fixture
                        def broken(): raise RuntimeError("no set-up")
                        def test_without_set_up(broken): pass
                        def test_writes(tmp_path): (tmp_path / "f").write_text("x")
                        """));
        run(project, List.of(1), "python3", "-m", "pytest", "--junitxml=direct.xml", "-p", "no:cacheprovider", "tests");

        for (String group : List.of("file", "class", "case")) {
            Map<String, String> cases = millrace(
                    project,
                    """
                    apiVersion: millrace.dev/v1
                    name: pytest-%s
                    defaults: {retries: 0}
                    inputs: [{from: conftest.py, to: conftest.py}, {from: tests, to: tests}]
                    suites: [{pytest: {paths: [tests], group: %s, args: ["-p", "no:cacheprovider"]}}]
                    """
                            .formatted(group, group));

            assertThat(cases).as(group).isEqualTo(cases(Files.readString(project.resolve("direct.xml"))));
        }
        assertThat(cases(Files.readString(project.resolve("direct.xml")))).hasSize(9);
    }

    @Test
    void inDirectoryAndEnvironmentOfTheJobShouldCollectAndRunAsPytestDoesThere() throws Exception {
        Path project = project(
                "placed",
                Map.of(
                        "pytest.ini",
                        "[pytest]\n",
                        "sub/test_placed.py",
                        """
                        import os, pytest
                        assert os.environ["WORD"] == "set"
                        class TestTexts:
                            @pytest.mark.parametrize("text", ["a::b", "c[d]::e"])
                            def test_text(self, text): assert "::" in text
                        @pytest.mark.parametrize("text", ["x::y", "z"])
                        def test_function(text): assert text == "z"
                        """));
        run(project, List.of(1), "env", "WORD=set", "python3", "-m", "pytest", "--junitxml=direct.xml", "sub");

        for (String group : List.of("file", "class", "case")) {
            Map<String, String> cases = millrace(
                    project,
                    """
                    apiVersion: millrace.dev/v1
                    name: placed-%s
                    defaults: {retries: 0, directory: sub, env: {WORD: set}}
                    inputs: [{from: pytest.ini, to: pytest.ini}, {from: sub, to: sub}]
                    suites: [{pytest: {group: %s}}]
                    """
                            .formatted(group, group));

            assertThat(cases).as(group).hasSize(4).isEqualTo(cases(Files.readString(project.resolve("direct.xml"))));
        }
    }

    @Test
    void inFileThatIsNoInputShouldRefuseWhatWasFoundWithItsHelp() throws Exception {
        Path project = project(
                "without",
                Map.of(
                        "conftest.py",
                        "import pytest\n@pytest.fixture\ndef shared(): return 41\n",
                        "test_uses.py",
                        "def test_uses(shared): pass\n"));
        Path spec = Files.writeString(
                project.resolve("job.yaml"),
                """
                apiVersion: millrace.dev/v1
                name: without
                inputs: [{from: test_uses.py, to: test_uses.py}]
                suites: [{pytest: {}}]
                """);

        var run = stack.millrace("run", spec.toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("conftest.py is not among the 'inputs'");
    }

    @Test
    void inSelectionThatLeavesNothingOfOneSuiteShouldRunTheOthers() throws Exception {
        Path project =
                project("several", Map.of("test_a.py", "def test_a(): pass\n", "test_b.py", "def test_b(): pass\n"));
        Path spec = Files.writeString(
                project.resolve("job.yaml"),
                """
                apiVersion: millrace.dev/v1
                name: several
                inputs: [{from: test_a.py, to: test_a.py}, {from: test_b.py, to: test_b.py}]
                suites: [{pytest: {name: a, paths: [test_a.py]}}, {pytest: {name: b, paths: [test_b.py]}}]
                """);

        var run = stack.millrace(
                "run",
                spec.toString(),
                "--include",
                "test_a*",
                "-d",
                project.resolve("out").toString());

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.err()).contains("left out: none of the 1 files of suite 'b' are left");
        assertThat(run.out()).contains("1 of 1 tasks passed");
    }

    @Test
    void inPytestThatDiesShouldKeepWhatWasDoneAndNameWhatWasNot() throws Exception {
        Path project = project(
                "dying",
                Map.of(
                        "test_dies.py",
                        """
                        import os
                        def test_before(): pass
                        def test_dies(): os.abort()
                        def test_after(): pass
                        """));

        Map<String, String> cases = millrace(
                project,
                """
                apiVersion: millrace.dev/v1
                name: dying
                defaults: {retries: 0}
                inputs: [{from: test_dies.py, to: test_dies.py}]
                suites: [{pytest: {}}]
                """);

        assertThat(cases).isEqualTo(Map.of("test_before", "passed", "did not finish", "error"));
    }

    @Test
    void inCmakeProjectShouldReportEveryCaseAsCtestAndTheProgramDo() throws Exception {
        Path project = project(
                "cmake",
                Map.of(
                        "CMakeLists.txt",
                        """
                        cmake_minimum_required(VERSION 3.20)
                        project(sample CXX)
                        set(CMAKE_CXX_STANDARD 17)
                        enable_testing()
                        find_package(GTest REQUIRED)
                        add_executable(sample_test sample_test.cc)
                        target_compile_definitions(sample_test PRIVATE DATA="${CMAKE_SOURCE_DIR}/data.txt")
                        target_link_libraries(sample_test GTest::gtest_main)
                        include(GoogleTest)
                        gtest_discover_tests(sample_test)
                        add_test(NAME "plain.test+1" COMMAND ${CMAKE_COMMAND} -E true)
                        """,
                        "data.txt",
                        "there",
                        "sample_test.cc",
                        """
                        #include <gtest/gtest.h>
                        #include <fstream>
                        TEST(Sample, Passes) {}
                        TEST(Sample, Fails) { EXPECT_EQ(1, 2) << "as it should"; }
                        TEST(Sample, IsSkipped) { GTEST_SKIP() << "not today"; }
                        TEST(Sample, DISABLED_IsDisabled) {}
                        TEST(Data, IsWhereItWasBuilt) { EXPECT_TRUE(std::ifstream(DATA).good()); }
                        class Param : public testing::TestWithParam<int> {};
                        TEST_P(Param, Works) { EXPECT_GT(GetParam(), 0); }
                        INSTANTIATE_TEST_SUITE_P(All, Param, testing::Values(1, 2, 3));
                        """));
        run(project, List.of(0), "cmake", "-S", ".", "-B", "build");
        run(project, List.of(0), "cmake", "--build", "build");
        run(
                project,
                List.of(8),
                "ctest",
                "--test-dir",
                "build",
                "--output-junit",
                project.resolve("ctest.xml").toString());
        run(project, List.of(1), "build/sample_test", "--gtest_output=xml:gtest.xml");

        Map<String, String> byCtest = millrace(
                project,
                """
                apiVersion: millrace.dev/v1
                name: by-ctest
                defaults: {retries: 0}
                inputs: [{from: build, to: build}, {from: data.txt, to: data.txt}]
                suites: [{ctest: {dir: build}}]
                """);
        Map<String, String> byProgram = millrace(project, gtest("by-program", ""));
        Map<String, String> byShards = millrace(project, gtest("by-shards", ", shards: 3"));

        assertThat(byCtest)
                .isEqualTo(cases(Files.readString(project.resolve("ctest.xml"))))
                .hasSize(9);
        Map<String, String> direct = cases(Files.readString(project.resolve("gtest.xml")));
        direct.put("DISABLED_IsDisabled", "skipped");
        assertThat(byProgram).isEqualTo(direct).hasSize(8);
        assertThat(byShards).isEqualTo(direct);
        // Each case ran in exactly one shard.
        assertThat(stack.millrace("tasks", "--output", "json").out()).contains("shard-1-of-3", "shard-3-of-3");
        assertThat(found()).isEqualTo(8);
        Map<String, String> some = millrace(
                project,
                gtest("some-of-shards", ", shards: 5")
                        .replace("}}]", "}, include: ['Sample.*'], exclude: ['*.Passes']}]"));
        assertThat(some).containsOnlyKeys("Fails", "IsSkipped", "DISABLED_IsDisabled");
    }

    /** ctest reports a test that it could not run as skipped in its XML report, but as failed in the summary at the end of its output. */
    @Test
    void inTestThatCtestCouldNotRunShouldFailWhateverPassesWhenItIsTriedAgain() throws Exception {
        Path project = project(
                "unbuilt",
                Map.of(
                        "CMakeLists.txt",
                        """
                        cmake_minimum_required(VERSION 3.20)
                        project(unbuilt NONE)
                        enable_testing()
                        add_test(NAME flaky COMMAND sh -c "test $MILLRACE_ATTEMPT = 2")
                        add_test(NAME unbuilt COMMAND /nowhere/program)
                        add_test(NAME skips COMMAND sh -c "exit 77")
                        set_tests_properties(skips PROPERTIES SKIP_RETURN_CODE 77)
                        """));
        run(project, List.of(0), "cmake", "-S", ".", "-B", "build");

        Map<String, String> cases = millrace(
                project,
                """
                apiVersion: millrace.dev/v1
                name: unbuilt
                defaults: {retries: 1}
                inputs: [{from: build, to: build}, {from: CMakeLists.txt, to: CMakeLists.txt}]
                suites: [{ctest: {dir: build}}]
                """);

        assertThat(cases).isEqualTo(Map.of("flaky", "passed", "unbuilt", "error", "skips", "skipped"));
    }

    @Test
    void inShardOfWhichACaseFailedShouldTryThatCaseAlone() throws Exception {
        Path project = project(
                "flaky-shards",
                Map.of(
                        "flaky.cc",
                        """
                        #include <gtest/gtest.h>
                        #include <cstdlib>
                        #include <string>
                        static bool first() { return std::string(getenv("MILLRACE_ATTEMPT")) == "1"; }
                        TEST(Mixed, Flaky) { EXPECT_FALSE(first()); }
                        TEST(Mixed, Once) { EXPECT_TRUE(first()); }
                        TEST(Mixed, OnceMore) { EXPECT_TRUE(first()); }
                        """));
        run(project, List.of(0), "g++", "-o", "flaky", "flaky.cc", "-lgtest", "-lgtest_main", "-pthread");
        Path spec = Files.writeString(
                project.resolve("job.yaml"),
                """
                apiVersion: millrace.dev/v1
                name: flaky-shards
                defaults: {retries: 1}
                inputs: [{from: flaky, to: flaky}]
                suites: [{gtest: {binary: flaky, shards: 1}}]
                """);

        var run = stack.millrace(
                "run", spec.toString(), "-d", project.resolve("out").toString(), "--output", "junit");

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(cases(run.out())).isEqualTo(Map.of("Flaky", "passed", "Once", "passed", "OnceMore", "passed"));
        assertThat(found()).isEqualTo(3);
    }

    /** Debian's GoogleTest reports such a failure only in its output, not in its XML file. */
    @Test
    void inFailedTearDownOfATestSuiteShouldNotBeForgottenForAnotherFlakyTest() throws Exception {
        Path project = project(
                "tear-down",
                Map.of(
                        "leaky.cc",
                        """
                        #include <gtest/gtest.h>
                        #include <cstdlib>
                        #include <string>
                        struct Leaky : testing::Test { static void TearDownTestSuite() { FAIL() << "leaked"; } };
                        TEST_F(Leaky, Passes) {}
                        TEST(Other, Flaky) { EXPECT_NE("1", std::string(getenv("MILLRACE_ATTEMPT"))); }
                        """));
        run(project, List.of(0), "g++", "-o", "leaky", "leaky.cc", "-lgtest", "-lgtest_main", "-pthread");
        Path spec = Files.writeString(
                project.resolve("job.yaml"),
                """
                apiVersion: millrace.dev/v1
                name: tear-down
                defaults: {retries: 1}
                inputs: [{from: leaky, to: leaky}]
                suites: [{gtest: {binary: leaky}}]
                """);

        var run = stack.millrace(
                "run", spec.toString(), "-d", project.resolve("out").toString());

        assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(88);
        assertThat(stack.millrace("logs", "gtest-1").out()).contains("Leaky.Passes", "leaked");
    }

    /** Returns the number of cases that all tasks of the last job found together. */
    private int found() throws Exception {
        int found = 0;
        for (JsonNode task :
                Json.MAPPER.readTree(stack.millrace("tasks", "--output", "json").out())) {
            found += task.path("result").path("counts").path("found").asInt();
        }
        return found;
    }

    /** Returns a spec that mounts the inputs at the path where the program was built, because the program looks for its data there. */
    private static String gtest(String name, String more) {
        return """
                apiVersion: millrace.dev/v1
                name: %s
                defaults: {retries: 0, mountAt: %s}
                inputs: [{from: build/sample_test, to: build/sample_test}, {from: data.txt, to: data.txt}]
                suites: [{gtest: {binary: build/sample_test%s}}]
                """
                .formatted(name, SharedStack.SCRATCH.resolve("suites/cmake"), more);
    }

    @Test
    void inSelectionShouldRunThatSoOften() throws Exception {
        Path project = project(
                "selected",
                Map.of(
                        "test_a.py", "def test_a(): pass\n",
                        "test_b.py", "def test_b(): pass\n",
                        "test_c.py", "def test_c(): assert False\n"));
        Path spec = Files.writeString(
                project.resolve("job.yaml"),
                """
                apiVersion: millrace.dev/v1
                name: selected
                inputs: [{from: test_a.py, to: test_a.py}, {from: test_b.py, to: test_b.py}, {from: test_c.py, to: test_c.py}]
                suites: [{pytest: {}, exclude: ["*_c.py"]}]
                """);

        var run = stack.millrace(
                "run",
                spec.toString(),
                "--include",
                "*_a.py",
                "--repeat",
                "3",
                "-d",
                project.resolve("out").toString());
        var none = stack.millrace("run", spec.toString(), "--include", "*_c.py");

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).contains("3 of 3 tasks passed");
        var without = stack.millrace(
                "run",
                spec.toString(),
                "--exclude",
                "*_b.py",
                "-d",
                project.resolve("out").toString());
        assertThat(without.out()).contains("1 of 1 tasks passed");
        assertThat(none.exitCode()).isEqualTo(2);
        assertThat(none.err()).contains("none of the 2 files of suite 'pytest' are left");
        assertThat(stack.millrace("run", spec.toString(), "--repeat", "0").err())
                .contains("accepted: 1 to 1000");
    }

    @Test
    void inSuiteThatCannotBeDiscoveredShouldSayWhy() throws Exception {
        Path project = project("broken", Map.of("test_broken.py", "import there_is_no_such_module\n"));
        var problems = new ArrayList<String>();
        for (String suite : List.of(
                "{pytest: {}}", "{pytest: {paths: [nowhere]}}", "{ctest: {dir: '.'}}", "{gtest: {binary: x}}")) {
            Path spec = Files.writeString(
                    project.resolve("job.yaml"),
                    "apiVersion: millrace.dev/v1\nname: b\ninputs: [{from: test_broken.py, to: test_broken.py}]\nsuites: ["
                            + suite + "]\n",
                    StandardCharsets.UTF_8);
            var run = stack.millrace("run", spec.toString());
            assertThat(run.exitCode()).isEqualTo(2);
            problems.add(run.err());
        }

        assertThat(problems.get(0)).contains("No module named 'there_is_no_such_module'");
        assertThat(problems.get(1)).contains("nowhere");
        assertThat(problems.get(2)).contains("ctest lists none in");
        assertThat(problems.get(3)).contains("the program 'x' is no executable input");
    }
}
