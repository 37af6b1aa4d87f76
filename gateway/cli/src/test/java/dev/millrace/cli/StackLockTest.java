package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Uses real processes, because a lock belongs to a process. */
@Timeout(120)
class StackLockTest {
    private final Path directory;
    private final List<Process> started = new ArrayList<>();

    StackLockTest(@TempDir Path directory) {
        this.directory = directory;
    }

    /** A process that holds a lock until its standard input ends. */
    public static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws IOException {
            var state = new StateDirectory(Path.of(args[1]));
            var screen = new Screen(System.out, System.out, false, false, null);
            try (StackLock held =
                    args[0].equals("use") ? StackLock.use(state, screen) : StackLock.change(state, screen)) {
                System.out.println("held " + (held != null));
                System.in.readAllBytes();
            }
        }
    }

    private BufferedReader start(String how) {
        try {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Holder.class.getName(),
                            how,
                            directory.toString())
                    .redirectErrorStream(true)
                    .start();
            started.add(process);
            return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void end(int number) throws Exception {
        started.get(number).getOutputStream().close();
        started.get(number).waitFor();
    }

    @AfterEach
    void stop() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void inWaitForTheLastUserShouldLetNoOtherInBefore() throws Exception {
        assertThat(start("use").readLine()).isEqualTo("held true");
        assertThat(start("use").readLine()).as("another at the same time").isEqualTo("held true");
        BufferedReader stopping = start("change");
        assertThat(stopping.readLine()).startsWith("other commands use the stack here");

        BufferedReader newcomer = start("use");

        assertThat(newcomer.readLine()).startsWith("another command is starting or stopping the stack");
        end(0);
        end(1);
        assertThat(stopping.readLine()).isEqualTo("held true");
        end(2);
        assertThat(newcomer.readLine()).isEqualTo("held true");
    }
}
