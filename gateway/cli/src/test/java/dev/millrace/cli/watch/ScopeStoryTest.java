package dev.millrace.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ScopeStoryTest {
    private static JsonNode details(String state, String epochs, String holder) throws IOException {
        return Json.MAPPER.readTree(
                """
                {"scope": {"id": "mysql-5.7", "job": "j1", "domain": "mysql", "setup": "j1.4", "teardown": "j1.5", "maxHoldMs": 60000,
                           "onTeardownFailure": "quarantine", "state": "%s", "epoch": 1},
                 "epochs": [%s], "holder": %s}
                """
                        .formatted(state, epochs, holder));
    }

    @Test
    void inScopeThatWaitsShouldNameWhoHoldsItsDomain() throws IOException {
        String holder =
                "{\"domain\": \"mysql\", \"state\": \"tearing down\", \"job\": \"j2\", \"scope\": \"mysql-5.6\", \"sinceMs\": 0}";

        assertThat(ScopeStory.waitsFor(details("pending", "", holder)))
                .isEqualTo("it waits for domain mysql: scope mysql-5.6 of job j2 is tearing down");
        assertThat(ScopeStory.waitsFor(details("pending", "", "null")))
                .isEqualTo("scope mysql-5.7 waits for its turn at domain mysql, which is free");
    }

    @Test
    void inQuarantineShouldSayHowToReleaseIt() throws IOException {
        String holder =
                "{\"state\": \"quarantined\", \"job\": \"j2\", \"scope\": \"s\", \"sinceMs\": 0, \"reason\": \"it failed\"}";

        assertThat(ScopeStory.waitsFor(details("pending", "", holder)))
                .isEqualTo("it waits for domain mysql, which is in quarantine since 1970-01-01T00:00:00Z: it failed"
                        + " (scope s of job j2); put that right, then run 'millrace scope release mysql'");
    }

    @Test
    void inEpochsShouldTellTheOldestFirst() throws IOException {
        String epochs =
                """
                {"epoch": 2, "state": "active", "openedAtMs": 5000, "activeAtMs": 6000},
                {"epoch": 1, "state": "closed", "openedAtMs": 1000, "drainingAtMs": 2000, "drainingReason": "its set-up did not succeed",
                 "tearingDownAtMs": 3000, "closedAtMs": 4000, "reason": "it is torn down"}
                """;

        assertThat(ScopeStory.of(details("active", epochs, "null")))
                .containsExactly(
                        "scope mysql-5.7  active",
                        "  domain mysql, held for at most 60 s at a time",
                        "  set-up j1.4, tear-down j1.5; if the tear-down fails: quarantine",
                        "  1970-01-01T00:00:01Z  scope mysql-5.7, epoch 1: holds its domain, and is set up",
                        "  1970-01-01T00:00:02Z  scope mysql-5.7, epoch 1: starts no more tests, since its set-up did not succeed",
                        "  1970-01-01T00:00:03Z  scope mysql-5.7, epoch 1: nothing of it runs, and it is torn down",
                        "  1970-01-01T00:00:04Z  scope mysql-5.7, epoch 1: it is torn down",
                        "  1970-01-01T00:00:05Z  scope mysql-5.7, epoch 2: holds its domain, and is set up",
                        "  1970-01-01T00:00:06Z  scope mysql-5.7, epoch 2: its set-up has succeeded");
    }
}
