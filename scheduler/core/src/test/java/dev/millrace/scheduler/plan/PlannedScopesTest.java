package dev.millrace.scheduler.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.Role;
import dev.millrace.schemas.event.ScopeRules;
import dev.millrace.schemas.history.RuntimeHistory;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.plan.PlannedScope;
import dev.millrace.schemas.plan.PlannedTask;
import dev.millrace.schemas.spec.JobSpecReader;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests where the set-ups and tear-downs of scopes are in a plan, and which tasks belong to which scope. */
class PlannedScopesTest {
    private static final String JOB = Ids.jobId("o", "j");

    private static Plan plan(String spec) throws Exception {
        return new PlanBuilder(RuntimeHistory.NONE, 0)
                .build(JOB, new JobSpecReader().read("spec.yaml", "apiVersion: millrace.dev/v1\nname: n\n" + spec));
    }

    @Test
    void inScopesShouldHaveTheirSetUpsAndTearDownsAfterAllTests() throws Exception {
        Plan plan = plan(
                """
                defaults: {retries: 5, env: {A: a}, timeout: 7s}
                repeat: 2
                scopes:
                  - {id: unused, setup: {command: [a]}, teardown: {command: [b]}}
                  - {id: db, domain: mysql, setup: {command: [up], attempts: 1, env: {B: b}}, teardown: {command: [down]}}
                tasks:
                  - {id: in, command: [x], scope: db}
                  - {id: out, command: [x]}
                """);

        assertThat(plan.tasks())
                .extracting(PlannedTask::index, PlannedTask::name, PlannedTask::scope, PlannedTask::retries)
                .containsExactly(
                        tuple(0, "in", new PlannedScope("db", null, null), 5),
                        tuple(1, "out", null, 5),
                        tuple(2, "in~2", new PlannedScope("db", null, null), 5),
                        tuple(3, "out~2", null, 5),
                        tuple(
                                4,
                                "db:setup",
                                new PlannedScope(
                                        "db", Role.SETUP, new ScopeRules("mysql", null, 3_600_000, false, null)),
                                0),
                        tuple(5, "db:teardown", new PlannedScope("db", Role.TEARDOWN, null), 2));
        assertThat(plan.tests()).isEqualTo(4);
        assertThat(plan.scopes()).isEqualTo(1);
        PlannedTask setup = plan.tasks().get(4);
        assertThat(setup.command()).containsExactly("up");
        assertThat(setup.env()).containsEntry("A", "a").containsEntry("B", "b");
        assertThat(setup.timeoutMs()).isEqualTo(7_000);
    }

    @Test
    void inIsolatedModulesShouldNotMixTheirUnitsInATask() throws Exception {
        Plan plan = plan(
                """
                suites:
                  - pytest:
                      isolate: module
                      domain: db
                      group: case
                      args: [-v]
                      units:
                        - {name: 'a.py::t1', tests: 1, scope: a.py}
                        - {name: 'b.py::t1', tests: 1, scope: b.py}
                        - {name: 'c.py::t1', tests: 1}
                        - {name: 'a.py::t2', tests: 1, scope: a.py}
                """);

        assertThat(plan.tasks().subList(0, plan.tests()))
                .extracting(
                        PlannedTask::units,
                        task -> task.scope() == null ? "" : task.scope().id())
                .containsExactlyInAnyOrder(
                        tuple(List.of("c.py::t1"), ""),
                        tuple(List.of("a.py::t1", "a.py::t2"), "pytest:a.py"),
                        tuple(List.of("b.py::t1"), "pytest:b.py"));
        assertThat(plan.tasks().subList(plan.tests(), plan.tasks().size()))
                .extracting(PlannedTask::name, PlannedTask::command)
                .containsExactly(
                        tuple(
                                "pytest:a.py:setup",
                                List.of("python3", ".millrace/pytest_runner.py", "setup", "a.py", "--", "-v")),
                        tuple(
                                "pytest:a.py:teardown",
                                List.of("python3", ".millrace/pytest_runner.py", "teardown", "a.py", "--", "-v")),
                        tuple(
                                "pytest:b.py:setup",
                                List.of("python3", ".millrace/pytest_runner.py", "setup", "b.py", "--", "-v")),
                        tuple(
                                "pytest:b.py:teardown",
                                List.of("python3", ".millrace/pytest_runner.py", "teardown", "b.py", "--", "-v")));
        assertThat(plan.tasks().get(plan.tests()).scope())
                .isEqualTo(new PlannedScope(
                        "pytest:a.py", Role.SETUP, new ScopeRules("db", null, 3_600_000, false, null)));
    }

    @Test
    void inTooManyIsolatedClassesShouldRejectTheJob() {
        String units = IntStream.rangeClosed(0, 1_000)
                .mapToObj(i -> "{name: c" + i + ", tests: 1, scope: c" + i + "}")
                .collect(Collectors.joining(", "));

        assertThatThrownBy(() ->
                        plan("suites: [{junit: {isolate: class, classpath: [a], scan: [a], units: [" + units + "]}}]"))
                .isInstanceOf(PlanBuilder.RejectedException.class)
                .hasMessage("the job has 1001 scopes, and 1000 is the most that is accepted");
    }
}
