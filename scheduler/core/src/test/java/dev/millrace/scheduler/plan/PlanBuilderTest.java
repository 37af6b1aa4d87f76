package dev.millrace.scheduler.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.history.RuntimeHistory;
import dev.millrace.schemas.history.Sample;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.plan.PlannedTask;
import dev.millrace.schemas.spec.JobSpecReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlanBuilderTest {
    private static final String SUITE =
            """
            apiVersion: millrace.dev/v1
            name: n
            suites:
              - junit:
                  jvmArgs: [-Xmx64m]
                  classpath: [lib/a.jar, lib/b.jar]
                  scan: [lib/a.jar]
                  units: [{name: a.ATest, tests: 20}, {name: a.BTest, tests: 40}]
            """;

    private static PlannedTask only(RuntimeHistory history, String spec) throws Exception {
        Plan plan = plan(history, spec);
        assertThat(plan.tasks()).hasSize(1);
        return plan.tasks().get(0);
    }

    private static Plan plan(RuntimeHistory history, String spec) throws Exception {
        return new PlanBuilder(history, 0).build(Ids.jobId("o", "j"), new JobSpecReader().read("spec.yaml", spec));
    }

    private static RuntimeHistory history(String suite, Map<String, Long> durations) {
        var samples = new HashMap<String, List<Sample>>();
        durations.forEach((test, ms) -> {
            var runs = new ArrayList<Sample>();
            for (int i = 0; i < 5; i++) {
                runs.add(new Sample(ms, true));
            }
            samples.put(test, runs);
        });
        return RuntimeHistory.of(Map.of(suite, samples));
    }

    @Test
    void inCommandShouldTakeTheDefaultsWhereNothingIsSaid() throws Exception {
        PlannedTask task = only(
                RuntimeHistory.of(Map.of()),
                """
                apiVersion: millrace.dev/v1
                name: n
                tasks: [{id: one, command: [echo, hello]}]
                """);

        assertThat(task)
                .isEqualTo(new PlannedTask(
                        0,
                        "one",
                        null,
                        "one",
                        List.of("echo", "hello"),
                        Map.of(),
                        List.of(),
                        List.of(),
                        3_600_000,
                        null,
                        1,
                        true,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        1_000,
                        20_000,
                        "a default; no history",
                        null));
    }

    @Test
    void inCommandShouldTakeWhatItSays() throws Exception {
        PlannedTask task = only(
                RuntimeHistory.NONE,
                """
                apiVersion: millrace.dev/v1
                name: n
                tasks:
                  - id: one
                    test: key
                    command: [x]
                    env: {A: b}
                    artifacts: [out/*]
                    timeout: 5s
                    silence: 2s
                    retries: 0
                    gating: false
                    repeatable: false
                    labels: {os: linux}
                """);

        assertThat(task)
                .isEqualTo(new PlannedTask(
                        0,
                        "one",
                        null,
                        "key",
                        List.of("x"),
                        Map.of("A", "b"),
                        List.of("out/*"),
                        List.of(),
                        5_000,
                        2_000L,
                        0,
                        false,
                        null,
                        false,
                        new Needs(0, 0, Map.of("os", "linux")),
                        null,
                        null,
                        null,
                        1_000,
                        20_000,
                        "a default; history could not be read",
                        null));
    }

    @Test
    void inKnownCommandShouldExpectWhatHistorySays() throws Exception {
        String spec =
                """
                apiVersion: millrace.dev/v1
                name: n
                tasks: [{id: known, command: [x]}, {id: new, command: [x]}]
                """;

        List<PlannedTask> tasks = plan(history("-", Map.of("known", 700L, "b", 800L, "c", 900L)), spec)
                .tasks();

        assertThat(tasks).extracting(PlannedTask::estimateMs).containsExactly(700L, 800L);
        assertThat(tasks.get(0).estimateSource()).isEqualTo("upper quartile of 5 passed runs");
        assertThat(tasks.get(1).estimateSource()).isEqualTo("typical of the other tasks; no history");
        assertThat(tasks.get(1).estimateUpperMs()).isEqualTo(16_000);
    }

    @Test
    void inNewSuiteShouldCutByTheNumberOfTests() throws Exception {
        PlannedTask task = only(RuntimeHistory.of(Map.of()), SUITE);

        // 100 ms for each class, 5 ms for each test, and 500 ms for the runner. The upper limit of a guess is 20 times
        // the guess.
        assertThat(task.estimateMs()).isEqualTo(200 + 300 + 500);
        assertThat(task.estimateUpperMs()).isEqualTo(20_000);
        assertThat(task.estimateSource()).isEqualTo("0 of 2 classes by history, the rest by their number of tests");
        assertThat(task.suite()).isEqualTo("junit");
        assertThat(task.units()).containsExactly("a.BTest", "a.ATest");
        assertThat(task.command())
                .containsExactly(
                        "java",
                        "-Xmx64m",
                        "-cp",
                        "lib/a.jar:lib/b.jar",
                        "dev.millrace.junit.Main",
                        "run",
                        "a.BTest",
                        "a.ATest");
    }

    @Test
    void inKnownSuiteShouldTakeNewClassesForTypicalOnes() throws Exception {
        PlannedTask task = only(history("junit", Map.of("a.ATest", 50L, "a.XTest", 70L, "a.YTest", 90L)), SUITE);

        assertThat(task.estimateMs()).isEqualTo(50 + 70 + 500);
        assertThat(task.estimateSource()).isEqualTo("1 of 2 classes by history, the rest as typical of the suite");
    }

    @Test
    void inRepeatShouldPlanEverythingSoOftenWithTheSameHistory() throws Exception {
        String spec =
                """
                apiVersion: millrace.dev/v1
                name: n
                repeat: 3
                tasks: [{id: one, command: [a]}, {id: two, command: [b]}]
                """;

        List<PlannedTask> tasks = plan(RuntimeHistory.NONE, spec).tasks();

        assertThat(tasks)
                .extracting(PlannedTask::name)
                .containsExactly("one", "two", "one~2", "two~2", "one~3", "two~3");
        assertThat(tasks).extracting(PlannedTask::index).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(tasks).extracting(PlannedTask::test).containsExactly("one", "two", "one", "two", "one", "two");
    }

    /**
     * The size of a plan includes every property of its tasks: their own and default labels, their directory, and the path where their
     * inputs are mounted.
     */
    @Test
    void inTasksWithMuchBesideTheirCommandsShouldRefuseAPlanThatIsTooLarge() {
        String deep = "\ud83d\ude00".repeat(500);
        var spec = new StringBuilder("apiVersion: millrace.dev/v1\nname: n\nrepeat: 1000\n");
        spec.append("defaults: {labels: ").append(labels("d")).append("}\ntasks:\n");
        for (int i = 0; i < 10; i++) {
            spec.append("  - {id: t%d, command: ['true'], directory: %s, mountAt: /%s, labels: %s}\n"
                    .formatted(i, deep, deep, labels("t")));
        }

        assertThatThrownBy(() -> plan(RuntimeHistory.of(Map.of()), spec.toString()))
                .isInstanceOf(PlanBuilder.RejectedException.class)
                .hasMessageContaining("takes more than");
    }

    private static String labels(String prefix) {
        return IntStream.range(0, 20)
                .mapToObj(i -> prefix + "x".repeat(50) + i + ": " + "y".repeat(63))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    @Test
    void inNoTasksShouldSayWhatIsMissing() {
        String spec =
                """
                apiVersion: millrace.dev/v1
                name: n
                suites: [{junit: {classpath: [a.jar], scan: [a.jar], units: []}}]
                """;

        assertThatThrownBy(() -> plan(RuntimeHistory.NONE, spec))
                .isInstanceOf(PlanBuilder.RejectedException.class)
                .hasMessageContaining("no tests were found in its suites");
    }
}
