package dev.millrace.executor.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.executor.sandbox.Boxes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Uses real processes that hang: a JVM, Python programs and a shell. */
@Timeout(60)
class HangReportTest {
    private final Watchdog watchdog;

    HangReportTest() throws IOException {
        watchdog = Watchdog.start(60_000);
    }

    /** Stops the watchdog, which kills the processes that the test has left running. */
    @AfterEach
    void stopWatchdog() throws IOException {
        watchdog.close();
    }

    /** Starts a command and returns after it has printed "ready", which it prints right before it hangs. */
    private TaskProcess hanging(Path directory, String... command) throws IOException {
        TaskProcess process = Boxes.start(
                Boxes.find(directory, "process"), Boxes.workspace(directory), watchdog, 1, List.of(command));
        readUntil(process.stdout(), "ready");
        return process;
    }

    private TaskProcess hangingPython(Path directory, String... lines) throws IOException {
        Path script = Files.writeString(directory.resolve("hang.py"), String.join("\n", lines));
        return hanging(directory, "python3", script.toString());
    }

    private static String readUntil(InputStream in, String text) throws IOException {
        var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1);
        var read = new StringBuilder();
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            read.append(line).append('\n');
            if (line.contains(text)) {
                return read.toString();
            }
        }
        throw new AssertionError("there is no '" + text + "' in: " + read);
    }

    private static String all(InputStream in) throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    private static int ended(TaskProcess process) throws InterruptedException {
        assertThat(process.waitFor(TimeUnit.SECONDS.toNanos(50))).isTrue();
        return process.exitValue();
    }

    @Test
    void inJvmShouldListItsThreadsAndGoOn(@TempDir Path directory) throws Exception {
        Path source = Files.writeString(
                directory.resolve("Hang.java"),
                """
                class Hang {
                    public static void main(String[] args) throws Exception { waitForGodot(); }
                    static void waitForGodot() throws Exception { System.out.println("ready"); Thread.sleep(300_000); }
                }
                """);
        TaskProcess process = hanging(
                directory,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                source.toString());

        boolean asked = new HangReport(process.tree()).ask();

        assertThat(asked).isTrue();
        assertThat(readUntil(process.stdout(), "Hang.waitForGodot")).contains("Full thread dump");
        assertThat(process.isAlive()).isTrue();
    }

    @Test
    void inPythonShouldListItsThreadsWhenItEnds(@TempDir Path directory) throws Exception {
        TaskProcess process = hangingPython(
                directory,
                "import time",
                "def wait_for_godot():",
                "    print('ready', flush=True)",
                "    time.sleep(300)",
                "wait_for_godot()");

        assertThat(new HangReport(process.tree()).ask())
                .as("it would die of that")
                .isFalse();
        new HangReport(process.tree()).terminate();

        assertThat(all(process.stderr())).contains("wait_for_godot");
        assertThat(Signals.of(ended(process))).contains("SIGABRT");
    }

    @Test
    void inPythonThatClearsUpShouldLetItEndInOrder(@TempDir Path directory) throws Exception {
        TaskProcess process = hangingPython(
                directory,
                "import signal, sys, time",
                "signal.signal(signal.SIGTERM, lambda *_: sys.exit('cleared up'))",
                "print('ready', flush=True)",
                "time.sleep(300)");

        new HangReport(process.tree()).terminate();

        assertThat(all(process.stderr())).isEqualTo("cleared up\n");
        assertThat(ended(process)).isEqualTo(1);
    }

    @Test
    void inPythonThatDoesNotEndShouldHaveALastWord(@TempDir Path directory) throws Exception {
        TaskProcess process = hangingPython(
                directory,
                "import signal, time",
                "def wait_for_godot(*_):",
                "    time.sleep(300)",
                "signal.signal(signal.SIGTERM, wait_for_godot)",
                "print('ready', flush=True)",
                "time.sleep(300)");
        new HangReport(process.tree()).terminate();

        boolean asked = new HangReport(process.tree()).abort();

        assertThat(asked).isTrue();
        assertThat(all(process.stderr())).contains("hang.py");
    }

    @Test
    void inProcessThatHasNothingToSayShouldBeEndedBySigterm(@TempDir Path directory) throws Exception {
        TaskProcess process = hanging(directory, "sh", "-c", "echo ready; sleep 300; true");

        assertThat(new HangReport(process.tree()).ask()).isFalse();
        new HangReport(process.tree()).terminate();

        assertThat(Signals.of(ended(process))).contains("SIGTERM");
        assertThat(new HangReport(process.tree()).abort()).isFalse();
    }
}
