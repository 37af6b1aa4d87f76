package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ScreenTest {
    private static Screen screen(boolean terminal, @Nullable String noColor) {
        var out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return new Screen(out, out, terminal, noColor);
    }

    @Test
    void inControlCharactersShouldShowThemInsteadOfObeying() {
        assertThat(Screen.safe("a\u001b[31mb\r\n\tc\u009b")).isEqualTo("a\\x1b[31mb\\x0d\n\tc\\x9b");
    }

    @Test
    void inTerminalShouldColourUnlessAskedNotTo() {
        assertThat(screen(true, null).good("x")).isEqualTo("\u001b[32mx\u001b[0m");
        assertThat(screen(true, "1").good("x")).isEqualTo("x");
        assertThat(screen(false, null).good("x")).isEqualTo("x");
    }

    @Test
    void inStatesShouldMapToTheDocumentedExitCodes() {
        assertThat(ExitCode.ofState("passed")).isZero();
        assertThat(ExitCode.ofState("failed")).isEqualTo(88);
        assertThat(ExitCode.ofState("infrastructure")).isEqualTo(5);
        assertThat(ExitCode.ofState("cancelled")).isEqualTo(6);
        assertThat(ExitCode.ofState("rejected")).isEqualTo(2);
    }
}
