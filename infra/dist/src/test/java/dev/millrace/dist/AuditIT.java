package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.datastax.oss.driver.api.core.CqlSession;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Recomputing the views from the log gives the live views. If somebody has changed a live view, the audit reports the difference. */
class AuditIT {
    private static final String SPEC =
            """
            apiVersion: millrace.dev/v1
            name: audited
            defaults: {retries: 1}
            scopes: [{id: shared, setup: {command: ['true']}, teardown: {command: ['true']}}]
            tasks:
              - {id: sound, command: ['true']}
              - {id: broken, command: ['false'], scope: shared}
              - {id: shaky, command: [sh, -c, 'test $MILLRACE_ATTEMPT -gt 1']}
            """;

    private static final String CANCELLED =
            """
            apiVersion: millrace.dev/v1
            name: cancelled
            scopes: [{id: shared, setup: {command: ['true']}, teardown: {command: ['true']}}]
            tasks: [{id: long, command: [sleep, '60'], scope: shared}]
            """;

    private final SharedStack stack = SharedStack.get();

    private SharedStack.Result audit(String... more) {
        var arguments = new ArrayList<>(List.of(
                "audit",
                "--no-blobs",
                "--kafka",
                stack.platform().kafka().bootstrap(),
                "--cassandra",
                stack.platform().servers().cassandraContactPoint(),
                "--artifact-service",
                stack.platform().artifactService().toString()));
        arguments.addAll(List.of(more));
        return stack.millrace(arguments.toArray(String[]::new));
    }

    private void cancelInMidScope() {
        String jobId = stack.millrace(
                        "submit",
                        "--no-wait",
                        SharedStack.spec("cancelled", CANCELLED).toString())
                .out()
                .strip();
        await("its test runs").atMost(Duration.ofSeconds(30)).until(() -> stack.millrace(
                        "tasks", jobId, "--status", "running")
                .out()
                .contains("long"));
        stack.millrace("cancel", jobId);
        assertThat(stack.millrace("watch", jobId).exitCode()).isEqualTo(6);
    }

    @Test
    @Tag("P8")
    void recomputedViewsShouldEqualTheLiveOnesUnlessOneWasChanged() throws Exception {
        String jobId = stack.millrace(
                        "submit", "--no-wait", SharedStack.spec("audited", SPEC).toString())
                .out()
                .strip();
        assertThat(stack.millrace("watch", jobId).exitCode()).isEqualTo(88);
        assertThat(stack.millrace("retry", jobId, "--failed").exitCode()).isEqualTo(88);

        cancelInMidScope();

        var promises = audit();
        assertThat(promises.exitCode()).as(promises.out() + promises.err()).isZero();
        assertThat(promises.out()).contains("promises  kept", "horizon");

        var rebuilt = audit("--rebuild");
        assertThat(rebuilt.exitCode()).as(rebuilt.out() + rebuilt.err()).isZero();
        assertThat(rebuilt.out()).contains("views     identical", "runtime_samples", "decisions");

        try (CqlSession session = stack.platform().cassandra().open("audit-it")) {
            String row = " WHERE job_id = '" + jobId + "' AND bucket = 0 AND task_index = 1";
            session.execute("UPDATE millrace.tasks SET verdict = 'passed'" + row);
            JsonNode tampered;
            try {
                tampered = Json.MAPPER.readTree(
                        audit("--rebuild", "--output", "json").out());
            } finally {
                // Other tests audit the same stack, so the row is restored.
                session.execute("UPDATE millrace.tasks SET verdict = 'failed'" + row);
            }
            assertThat(tampered.path("different")).hasSize(1);
            assertThat(tampered.path("different").path(0).asText()).isEqualTo("tasks");
            assertThat(session.execute("SELECT keyspace_name FROM system_schema.keyspaces")
                            .all())
                    .noneMatch(it -> String.valueOf(it.getString(0)).contains("_audit_"));
        }
    }
}
