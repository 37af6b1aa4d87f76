package dev.millrace.schemas.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.millrace.schemas.event.ScopeRules;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScopeSpecTest {
    private final JobSpecReader reader = new JobSpecReader();

    private List<SpecProblem> problems(String yaml) {
        var invalid = catchThrowableOfType(
                InvalidSpecException.class,
                () -> reader.read("job.yaml", "apiVersion: millrace.dev/v1\nname: n\n" + yaml));
        assertThat(invalid).isNotNull();
        return invalid.problems();
    }

    @Test
    void inScopeShouldReadItsRules() throws Exception {
        JobSpec spec = reader.read(
                "job.yaml",
                """
                apiVersion: millrace.dev/v1
                name: n
                scopes:
                  - id: mysql-5.7
                    domain: mysql
                    setup: {command: [start], timeout: 5m, attempts: 3, env: {PORT: '1'}}
                    teardown: {command: [stop]}
                    onTeardownFailure: continue
                    maxParallel: 8
                    maxHold: 10m
                  - {id: other, setup: {command: [a]}, teardown: {command: [b]}}
                defaults: {scope: other}
                tasks:
                  - {id: t, command: [x], scope: mysql-5.7}
                  - {id: u, command: [x]}
                """);

        assertThat(spec.scopesOrNone())
                .extracting(scope -> scope.rules("j1"))
                .containsExactly(
                        new ScopeRules("mysql", 8, 600_000, true, null),
                        new ScopeRules("job:j1", null, 3_600_000, false, null));
        assertThat(spec.scopesOrNone().get(0).setup().attempts()).isEqualTo(3);
        assertThat(spec.scopesOrNone().get(0).setup().settings().env()).containsEntry("PORT", "1");
        assertThat(spec.tasksOrNone())
                .extracting(task -> task.settings().over(spec.defaultsOrNone()).scope())
                .containsExactly("mysql-5.7", "other");
        assertThat(spec.tasksAtMost()).isEqualTo(6);
    }

    @Test
    void inWrongReferencesShouldNameEach() {
        List<SpecProblem> problems = problems(
                """
                scopes:
                  - {id: a, setup: {command: [x]}, teardown: {command: [x]}}
                  - {id: a, setup: {command: [x]}, teardown: {command: [x]}, maxHold: 25h}
                tasks:
                  - {id: t, command: [x], scope: b}
                  - {id: 'a:setup', command: [x], scope: a}
                """);

        assertThat(problems)
                .extracting(SpecProblem::pointer, SpecProblem::message)
                .containsExactly(
                        tuple("/scopes/1/id", "the id 'a' is used by an earlier scope; ids are unique"),
                        tuple("/scopes/1/maxHold", "'25h' is above the hard limit; accepted: 1ms to 24h"),
                        tuple("/tasks/0/scope", "there is no scope 'b'; 'scopes' has: a"),
                        tuple("/tasks/1/id", "'a:setup' is the name of a task of one of the 'scopes'"));
    }

    @Test
    void inMistakesWithinAScopeShouldNameTheFieldAndWhatIsAccepted() {
        List<SpecProblem> problems = problems(
                """
                scopes:
                  - id: 'a b'
                    setup: {command: [x], retries: 1}
                    onTeardownFailure: ignore
                    maxParallel: 0
                tasks: [{id: t, command: [x]}]
                """);

        assertThat(problems)
                .extracting(SpecProblem::pointer)
                .containsExactlyInAnyOrder(
                        "/scopes/0",
                        "/scopes/0/id",
                        "/scopes/0/setup",
                        "/scopes/0/onTeardownFailure",
                        "/scopes/0/maxParallel");
        assertThat(problems)
                .extracting(SpecProblem::message)
                .anyMatch(it -> it.startsWith("'retries' is not known here; accepted: command, attempts, timeout"))
                .anyMatch(it -> it.equals("'teardown' is missing"));
    }

    @Test
    void inIsolationShouldRefuseWhatContradictsIt() {
        List<SpecProblem> problems = problems(
                """
                scopes: [{id: a, setup: {command: [x]}, teardown: {command: [x]}}]
                suites:
                  - pytest: {isolate: class, group: file, name: p1}
                  - pytest: {isolate: module, scope: a, name: p2}
                  - pytest: {domain: mysql, name: p3}
                """);

        assertThat(problems)
                .extracting(SpecProblem::pointer)
                .containsExactlyInAnyOrder(
                        "/suites/0/pytest/group", "/suites/1/pytest/isolate", "/suites/2/pytest/domain");
    }
}
