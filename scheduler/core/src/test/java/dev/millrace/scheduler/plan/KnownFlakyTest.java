package dev.millrace.scheduler.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.Ids;
import dev.millrace.schemas.history.RuntimeHistory;
import dev.millrace.schemas.history.Sample;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.plan.PlannedTask;
import dev.millrace.schemas.spec.JobSpecReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Checks that a test that is known to be flaky does not gate its job if the job asks for that. */
class KnownFlakyTest {
    private static final long NOW = 1_800_000_000_000L;

    private static List<Sample> flaky() {
        var samples = new ArrayList<Sample>();
        for (int job = 0; job < 3; job++) {
            String task = Ids.taskId(Ids.jobId("o", "j" + job), 0);
            samples.add(new Sample(50, true, NOW - job, task));
            samples.add(new Sample(50, false, NOW - job, task));
        }
        return samples;
    }

    private static Plan plan(String spec) throws Exception {
        var history = RuntimeHistory.of(Map.of("-", Map.of("shaky", flaky()), "junit", Map.of("a.ShakyTest", flaky())));
        return new PlanBuilder(history, NOW).build(Ids.jobId("o", "new"), new JobSpecReader().read("spec.yaml", spec));
    }

    @Test
    void inJobThatOnlyReportsThemShouldNotGateWhatIsKnownToBeFlaky() throws Exception {
        Plan plan = plan(
                """
                apiVersion: millrace.dev/v1
                name: n
                defaults: {knownFlaky: report}
                tasks:
                  - {id: shaky, command: ['true']}
                  - {id: sound, command: ['true']}
                  - {id: strict, test: shaky, knownFlaky: gate, command: ['true']}
                """);

        assertThat(plan.tasks()).extracting(PlannedTask::gating).containsExactly(false, true, true);
        assertThat(plan.tasks().get(0).knownFlaky())
                .hasFieldOrPropertyWithValue("flakyTasks", 3)
                .hasFieldOrPropertyWithValue("version", 1);
        assertThat(plan.tasks().get(2).knownFlaky()).isNull();
    }

    @Test
    void inJobThatSaysNothingShouldGateAll() throws Exception {
        Plan plan = plan(
                """
                apiVersion: millrace.dev/v1
                name: n
                tasks: [{id: shaky, command: ['true']}]
                """);

        assertThat(plan.tasks()).extracting(PlannedTask::gating).containsExactly(true);
    }

    @Test
    void inSuiteShouldRunAFlakyClassInATaskOfItsOwn() throws Exception {
        Plan plan = plan(
                """
                apiVersion: millrace.dev/v1
                name: n
                defaults: {knownFlaky: report}
                suites:
                  - junit:
                      classpath: [lib/a.jar]
                      scan: [lib/a.jar]
                      units: [{name: a.ShakyTest, tests: 3}, {name: a.SoundTest, tests: 3}, {name: a.OtherTest, tests: 3}]
                """);

        assertThat(plan.tasks()).extracting(PlannedTask::name).containsExactly("junit-1", "junit-flaky-1");
        assertThat(plan.tasks()).extracting(PlannedTask::gating).containsExactly(true, false);
        assertThat(plan.tasks().get(1).units()).containsExactly("a.ShakyTest");
        assertThat(plan.tasks().get(0).units()).containsExactlyInAnyOrder("a.SoundTest", "a.OtherTest");
    }
}
