package dev.millrace.schemas.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;

class JobSpecReaderTest {
    private final JobSpecReader reader = new JobSpecReader();

    private List<SpecProblem> problems(String yaml) {
        var invalid = catchThrowableOfType(InvalidSpecException.class, () -> reader.read("job.yaml", yaml));
        assertThat(invalid).isNotNull();
        return invalid.problems();
    }

    @Test
    void inFullSpecShouldReadEverything() throws Exception {
        JobSpec spec = reader.read(
                "job.yaml",
                """
                apiVersion: millrace.dev/v1
                name: all
                project: p
                pool: big
                priority: urgent
                inputs: [{from: a, to: b}]
                defaults: {timeout: 10m, silence: 2m, retries: 1, artifacts: ["r/**"], env: {TZ: UTC}, gating: true,
                           repeatable: false, resources: {cpu: 1.5, memory: 2GiB}, labels: {os: linux}}
                tasks:
                  - {id: smoke, command: [sh, -c, "echo hello"], test: smoke, timeout: 90s, retries: 0}
                suites:
                  - junit: {classpath: ["lib/*.jar"], scan: ["lib/x.jar"], jvmArgs: [-Xmx1g]}
                """);

        assertThat(spec.poolOrDefault()).isEqualTo("big");
        TaskDefaults settings = spec.tasksOrNone().get(0).settings().over(spec.defaultsOrNone());
        assertThat(settings.timeout()).hasToString("90s");
        assertThat(settings.retries()).isZero();
        assertThat(settings.env()).containsEntry("TZ", "UTC");
        assertThat(spec.suitesOrNone().get(0).suite().nameOrDefault()).isEqualTo("junit");
    }

    @Test
    void inUnknownKeyShouldNameLinePathAndWhatIsAccepted() {
        List<SpecProblem> problems = problems(
                "apiVersion: millrace.dev/v1\nname: n\ntasks:\n  - id: a\n    command: [x]\n    tiemout: 5s\n");

        assertThat(problems).singleElement().satisfies(it -> {
            assertThat(it.line()).isEqualTo(4);
            assertThat(it.pointer()).isEqualTo("/tasks/0");
            assertThat(it.message())
                    .isEqualTo(
                            "'tiemout' is not known here; accepted: id, command, test, timeout, silence, retries, artifacts, env, gating, knownFlaky, repeatable, network, directory, mountAt, resources, labels, scope");
        });
    }

    @Test
    void inSeveralMistakesShouldReportThemAll() {
        List<SpecProblem> problems =
                problems("apiVersion: v2\nname: ''\npriority: soon\ntasks: [{id: a, command: []}]\n");

        assertThat(problems)
                .extracting(SpecProblem::pointer)
                .contains("/apiVersion", "/name", "/priority", "/tasks/0/command");
    }

    @Test
    void inLimitsShouldAcceptTheLimitAndRefuseOneMore() {
        String spec =
                "apiVersion: millrace.dev/v1\nname: n\ntasks: [{id: a, command: [x], retries: %d, timeout: %s}]\n";

        assertThat(problems(spec.formatted(6, "6h")))
                .extracting(SpecProblem::pointer)
                .containsExactly("/tasks/0/retries");
        assertThat(problems(spec.formatted(5, "361m")))
                .extracting(SpecProblem::pointer)
                .containsExactly("/tasks/0/timeout");
        assertThat(problems(spec.formatted(5, "0s")))
                .extracting(SpecProblem::pointer)
                .containsExactly("/tasks/0/timeout");
    }

    @Test
    void inRepeatedIdShouldPointAtTheSecond() {
        List<SpecProblem> problems = problems(
                "apiVersion: millrace.dev/v1\nname: n\ntasks:\n- {id: a, command: [x]}\n- {id: a, command: [y]}\n");

        assertThat(problems).singleElement().satisfies(it -> assertThat(it.text())
                .startsWith("job.yaml:5:")
                .contains("/tasks/1/id: the id 'a' is used"));
    }

    @Test
    void inBrokenYamlShouldNameTheLine() {
        assertThat(problems("name: [\n"))
                .singleElement()
                .matches(it -> it.line() >= 1 && it.message().startsWith("cannot be parsed"));
        assertThat(problems("")).singleElement().matches(it -> it.message().contains("empty"));
        assertThat(problems("a: 1\na: 2\n")).singleElement().matches(it -> it.message()
                .contains("uplicate"));
    }

    @Test
    void inDurationsShouldReadWhatTheyWrite() {
        for (String text : List.of("500ms", "90s", "10m", "2h", "1500ms")) {
            assertThat(SpecDuration.parse(text)).hasToString(text);
        }
    }
}
