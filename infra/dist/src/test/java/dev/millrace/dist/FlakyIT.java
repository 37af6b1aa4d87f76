package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A test that was flaky in two jobs cannot fail a third job whose spec says that known flaky tests are only reported. */
class FlakyIT {
    private final SharedStack stack = SharedStack.get();

    private static String spec(String command) {
        return """
                apiVersion: millrace.dev/v1
                name: shaky
                project: flaky-it
                defaults: {retries: 1, knownFlaky: report}
                tasks:
                  - {id: shaky, command: [sh, -c, '%s']}
                  - {id: sound, command: ['true']}
                """
                .formatted(command);
    }

    private SharedStack.Result submit(String command) {
        return stack.millrace("submit", SharedStack.spec("flaky", spec(command)).toString());
    }

    @Test
    void inTestThatIsKnownToBeFlakyShouldBeReportedAndNotGate() {
        assertThat(stack.millrace("flaky", "--project", "flaky-it").err()).contains("no test is known to be flaky");
        String secondTimeLucky = "test $MILLRACE_ATTEMPT -gt 1";
        for (int job = 0; job < 2; job++) {
            var flaky = submit(secondTimeLucky);
            assertThat(flaky.exitCode()).as(flaky.err()).isZero();
            assertThat(flaky.out()).contains("1 flaky");
        }
        await("the history of both").atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(
                        stack.millrace("flaky", "--project", "flaky-it").out())
                .contains("flaky-it/-/shaky", "2 of 2"));
        assertThat(stack.millrace("flaky").out()).contains("flaky-it/-/shaky");

        String jobId = stack.millrace(
                        "submit",
                        "--no-wait",
                        SharedStack.spec("flaky", spec("false")).toString())
                .out()
                .strip();
        var failing = stack.millrace("watch", jobId);

        assertThat(failing.exitCode()).as(failing.out() + failing.err()).isZero();
        assertThat(failing.out()).contains("PASSED", "1 of 2 tasks passed, 1 failed");
        await("its decisions").atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(
                        stack.millrace("why", jobId + ".0").out())
                .contains("known to be flaky: it failed and passed in 2 of its last 2 tasks")
                .contains("it cannot fail its job"));
    }
}
