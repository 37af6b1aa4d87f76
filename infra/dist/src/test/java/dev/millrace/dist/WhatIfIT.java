package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.json.Json;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records what happened on the live stack from its topics, and replays it. */
class WhatIfIT {
    /** So many tasks that one task more or less at the end of a slot, with two slots, changes the makespan by less than 2 %. */
    private static final int BULK = 190;

    private final SharedStack stack = SharedStack.get();

    private static String spec(String name, int tasks, String seconds) {
        var yaml = new StringBuilder("apiVersion: millrace.dev/v1\nname: " + name + "\ntasks:\n");
        for (int i = 0; i < tasks; i++) {
            yaml.append("  - {id: t")
                    .append(i)
                    .append(", command: [sleep, '")
                    .append(seconds)
                    .append("']}\n");
        }
        return yaml.toString();
    }

    private String submit(String owner, String name, int tasks, String seconds) {
        return stack.millrace(
                        "submit",
                        "--no-wait",
                        "--owner",
                        owner,
                        SharedStack.spec(name, spec(name, tasks, seconds)).toString())
                .out()
                .strip();
    }

    @Test
    void inRecordedWhileShouldReproduceItsMakespanAndCompareOthers(@TempDir Path dir) throws Exception {
        Instant from = Instant.now();
        String first = submit("whatif-bulk", "whatif-bulk", BULK, "0.2");
        TimeUnit.SECONDS.sleep(2);
        String second = submit("whatif-person", "whatif-person", 10, "0.2");
        assertThat(stack.millrace("watch", first).exitCode()).isZero();
        assertThat(stack.millrace("watch", second).exitCode()).isZero();
        Path saved = dir.resolve("trace.json");

        var live = stack.millrace(
                "whatif",
                "--kafka",
                stack.platform().kafka().bootstrap(),
                "--from",
                from.toString(),
                "--save",
                saved.toString());

        assertThat(live.exitCode()).as(live.out() + live.err()).isZero();
        assertThat(live.out())
                .contains(
                        "2 jobs, " + (BULK + 10) + " tasks",
                        "the recorded policy replayed",
                        "fifo",
                        "shortest-first",
                        "whatif-person");
        var fromFile = stack.millrace("whatif", "--trace", saved.toString(), "--policy", "fifo", "--output", "json");
        assertThat(fromFile.exitCode()).isZero();
        JsonNode json = Json.MAPPER.readTree(fromFile.out());
        assertThat(json.path("believed").asBoolean()).isTrue();
        assertThat(json.path("policies")).hasSize(2);
        assertThat(waitOfThePerson(json.path("policies").path(0).path("result")))
                .as("first in first out lets the person wait for the backlog")
                .isGreaterThan(2 * waitOfThePerson(json.path("recorded")));
    }

    private static long waitOfThePerson(JsonNode result) {
        return result.path("byOwner").path("whatif-person").path("p50Ms").asLong();
    }

    @Test
    void inBadRequestShouldSayWhatIsAccepted() {
        var policy = stack.millrace("whatif", "--policy", "random");
        assertThat(policy.exitCode()).isEqualTo(2);
        assertThat(policy.err()).contains("'random' is no policy; accepted: recorded, no-fair-share, fifo");
        var trace = stack.millrace("whatif", "--trace", "pom.xml");
        assertThat(trace.exitCode()).isEqualTo(2);
        assertThat(trace.err()).contains("pom.xml is no trace");
        var time = stack.millrace("whatif", "--kafka", stack.platform().kafka().bootstrap(), "--from", "yesterday");
        assertThat(time.exitCode()).isEqualTo(2);
        assertThat(time.err()).contains("'yesterday' is no time such as");
        var empty = stack.millrace(
                "whatif", "--kafka", stack.platform().kafka().bootstrap(), "--from", "2199-01-01T00:00:00Z");
        assertThat(empty.exitCode()).isEqualTo(2);
        assertThat(empty.err()).contains("there is nothing to replay");
    }
}
