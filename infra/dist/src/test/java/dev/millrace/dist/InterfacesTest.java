package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares the commands on the interfaces page with those that the program has. */
class InterfacesTest {
    private static final Pattern COMMAND = Pattern.compile("^\\| `([a-z]+)` \\|.*", Pattern.MULTILINE);

    /** Returns the commands that the page lists. */
    static Set<String> commands() throws IOException {
        String page = Files.readString(SharedStack.ROOT.resolve("docs/interfaces.md"));
        return COMMAND.matcher(page).results().map(it -> it.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void inRootHelpShouldListExactlyTheCommandsOfThePage() throws IOException {
        var help = SharedStack.run(Map.of(), "--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.out()
                        .lines()
                        .filter(line -> line.matches("  [a-z]+  +.*"))
                        .map(line -> line.strip().split(" ")[0]))
                .containsExactlyInAnyOrderElementsOf(commands());
        assertThat(help.out())
                .contains("0 all passed, 88 tests failed, 2 usage or bad spec,", "3 cannot reach the gateway");
    }

    @ParameterizedTest
    @MethodSource("commands")
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
