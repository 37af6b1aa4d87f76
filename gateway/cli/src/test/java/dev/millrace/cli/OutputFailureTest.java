package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OutputFailureTest {
    private static OutputStream closedPipe() {
        return new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
    }

    @Test
    void inFullDiskShouldEndWhoeverPrintsLines() throws Exception {
        try (var full = new FileOutputStream("/dev/full")) {
            var screen = new Screen(Screen.results(full), System.err, false, false, null);

            assertThatThrownBy(() -> screen.result("lost"))
                    .isInstanceOf(OutputException.class)
                    .hasMessageContaining("No space left on device");
        }
    }

    @Test
    void inFullDiskShouldEndWhoeverCopiesBytesOrPrintsHelp() throws Exception {
        try (var full = new FileOutputStream("/dev/full")) {
            var screen = new Screen(Screen.results(full), System.err, false, false, null);

            assertThatThrownBy(() -> SafeOutput.of(screen, screen.out()).write(new byte[] {1, 2, 3}))
                    .isInstanceOf(OutputException.class);
            var help = new PrintWriter(screen.out(), true, StandardCharsets.UTF_8);
            assertThatThrownBy(() -> help.println("Usage: millrace")).isInstanceOf(OutputException.class);
        }
    }

    @Test
    void inClosedPipeShouldTellItFromAFault() {
        var gone = new Screen(Screen.results(closedPipe()), System.err, false, false, null);

        assertThatThrownBy(() -> gone.result("unread"))
                .isInstanceOfSatisfying(OutputException.class, it -> assertThat(it.isClosedPipe())
                        .isTrue());
    }
}
