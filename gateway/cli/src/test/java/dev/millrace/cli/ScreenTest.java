package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ScreenTest {
    /** Returns what a screen prints for a result and a note. */
    private static String shown(boolean outTerminal, boolean errTerminal, @Nullable String noColor) {
        var bytes = new ByteArrayOutputStream();
        var stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        var screen = new Screen(stream, stream, outTerminal, errTerminal, noColor);
        screen.result(screen.good("r"));
        screen.note(screen.bad("n"));
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void inControlCharactersShouldShowThemInsteadOfObeying() {
        assertThat(Screen.safe("a\u001b[31mb\r\n\tc\u009b")).isEqualTo("a\\x1b[31mb\\x0d\n\tc\\x9b");
    }

    @Test
    void inTerminalShouldColourWhatGoesThereUnlessAskedNotTo() {
        assertThat(shown(true, true, null)).isEqualTo("\u001b[32mr\u001b[0m\n\u001b[31mn\u001b[0m\n");
        assertThat(shown(false, true, null)).isEqualTo("r\n\u001b[31mn\u001b[0m\n");
        assertThat(shown(true, true, "1")).isEqualTo("r\nn\n");
        assertThat(shown(false, false, null)).isEqualTo("r\nn\n");
    }

    @Test
    void inStatesShouldMapToTheDocumentedExitCodes() {
        assertThat(ExitCode.ofState("passed")).isZero();
        assertThat(ExitCode.ofState("failed")).isEqualTo(88);
        assertThat(ExitCode.ofState("infrastructure")).isEqualTo(5);
        assertThat(ExitCode.ofState("cancelled")).isEqualTo(6);
        assertThat(ExitCode.ofState("rejected")).isEqualTo(2);
    }

    @Test
    void inMarksOfDirectionShouldBeShown() {
        assertThat(Screen.safe("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029"))
                .isEqualTo(
                        "\\u061c\\u200e\\u200f\\u202a\\u202b\\u202c\\u202d\\u202e\\u2066\\u2067\\u2068\\u2069\\u2028\\u2029");
        assertThat(Screen.safe("שלום 👩‍👩‍👧")).isEqualTo("שלום 👩‍👩‍👧");
    }

    @Test
    void inLineThatNobodyMadeSafeShouldShowWhatATerminalWouldObey() {
        var bytes = new ByteArrayOutputStream();
        var stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);

        new Screen(stream, stream, true, true, null).result("{\"name\":\"a\u202eb\u009bc\"}");

        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("{\"name\":\"a\\u202eb\\u009bc\"}\n");
    }
}
