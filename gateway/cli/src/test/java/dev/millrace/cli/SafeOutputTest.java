package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SafeOutputTest {
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(shown, true, StandardCharsets.UTF_8);

    private Screen screen(boolean terminal) {
        return new Screen(stream, stream, terminal, terminal, null);
    }

    private String shown() {
        return shown.toString(StandardCharsets.UTF_8);
    }

    @Test
    void inControlCharactersShouldShowThem() throws IOException {
        try (OutputStream out = SafeOutput.of(screen(true), stream)) {
            out.write("a\u001b[2Jb\tc\n\r\0".getBytes(StandardCharsets.UTF_8));
        }

        assertThat(shown()).isEqualTo("a\\x1b[2Jb\tc\n\\x0d\\x00");
    }

    @Test
    void inCharactersCutAnywhereShouldShowThemWhole() throws IOException {
        String text = "añ€𝄞z".repeat(3_000);
        try (OutputStream out = SafeOutput.of(screen(true), stream)) {
            for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
                out.write(one);
            }
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }

        assertThat(shown()).isEqualTo(text + text);
    }

    @Test
    void inCharacterThatIsNeverCompletedShouldSayThatThereWasSomething() throws IOException {
        try (OutputStream out = SafeOutput.of(screen(true), stream)) {
            out.write(new byte[] {'a', (byte) 0xe2, (byte) 0x82});
        }

        assertThat(shown()).isEqualTo("a\ufffd");
    }

    @Test
    void inNoTerminalShouldLeaveEveryByteAloneAndTheStreamOpen() throws IOException {
        byte[] bytes = {27, '[', 0, (byte) 0xff, '\n'};
        try (OutputStream out = SafeOutput.of(screen(false), stream)) {
            out.write(bytes);
        }
        stream.write('x');

        assertThat(shown.toByteArray()).startsWith(bytes).endsWith('x').hasSize(bytes.length + 1);
    }
}
