package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.schemas.json.Json;
import org.junit.jupiter.api.Test;

class StackProcessTest {
    private static ObjectNode description(long pid, String start) {
        return Json.MAPPER.createObjectNode().put("pid", pid).put("start", start);
    }

    @Test
    void inDescriptionOfAProcessThatRunsShouldNameIt() {
        long own = ProcessHandle.current().pid();

        assertThat(StackProcess.of(description(own, StackProcess.startOf(own).orElseThrow())))
                .hasValueSatisfying(it -> assertThat(it.pid()).isEqualTo(own));
    }

    @Test
    void inDescriptionThatAKilledStackLeftShouldNameNobody() throws Exception {
        long own = ProcessHandle.current().pid();
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();

        assertThat(StackProcess.of(description(own, "another boot 17")))
                .as("who has its number now")
                .isEmpty();
        assertThat(StackProcess.of(description(ended.pid(), ""))).isEmpty();
        assertThat(StackProcess.of(Json.MAPPER.createObjectNode())).isEmpty();
    }
}
