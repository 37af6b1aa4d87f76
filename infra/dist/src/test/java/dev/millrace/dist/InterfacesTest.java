package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands of the interfaces page that exist by now, against what the program offers. */
class InterfacesTest {
    private static final Set<String> COMMANDS = Set.of(
            "up",
            "down",
            "status",
            "run",
            "submit",
            "watch",
            "cancel",
            "retry",
            "jobs",
            "job",
            "tasks",
            "logs",
            "fetch",
            "history",
            "flaky",
            "executors",
            "drain",
            "pool",
            "quota",
            "why",
            "reproduce",
            "whatif",
            "audit",
            "credential",
            "serve",
            "completion");

    @Test
    void inRootHelpShouldListExactlyTheCommandsThereAre() {
        var help = SharedStack.run(Map.of(), "--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.out()
                        .lines()
                        .filter(line -> line.matches("  [a-z]+  +.*"))
                        .map(line -> line.strip().split(" ")[0]))
                .containsExactlyInAnyOrderElementsOf(COMMANDS);
        assertThat(help.out())
                .contains("0 all passed, 88 tests failed, 2 usage or bad spec,", "3 cannot reach the gateway");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "up",
                "down",
                "status",
                "run",
                "submit",
                "watch",
                "cancel",
                "retry",
                "jobs",
                "job",
                "tasks",
                "logs",
                "fetch",
                "history",
                "flaky",
                "executors",
                "drain",
                "pool",
                "quota",
                "why",
                "reproduce",
                "reproduce",
                "whatif",
                "audit",
                "serve",
                "completion"
            })
    void inEveryCommandShouldHaveHelp(String command) {
        var help = SharedStack.run(Map.of(), command, "--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).contains("Usage: millrace " + command);
    }

    @Test
    void inCompletionShouldPrintAScript() {
        assertThat(SharedStack.run(Map.of(), "completion").out())
                .contains("complete")
                .contains("millrace");
    }
}
