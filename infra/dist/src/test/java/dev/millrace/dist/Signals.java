package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** Sends signals to processes, as the kernel or an operator would do. */
final class Signals {
    private Signals() {}

    /**
     * Returns after STOP only when each thread of the process is stopped. Until then a thread that runs may still answer.
     *
     * @param signal the name of the signal, such as KILL, STOP or CONT
     */
    static void send(String signal, long pid) {
        // The process id 0 would send the signal to the whole process group of these tests.
        assertThat(pid).isGreaterThan(1);
        try {
            int exit = new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                    .inheritIO()
                    .start()
                    .waitFor();
            assertThat(exit).isZero();
            if (signal.equals("STOP")) {
                await("process " + pid + " is stopped")
                        .atMost(Duration.ofSeconds(30))
                        .ignoreExceptionsInstanceOf(IOException.class)
                        .until(() -> isStopped(pid));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static boolean isStopped(long pid) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : threads.toList()) {
                if (!Files.readString(thread.resolve("status")).contains("State:\tT")) {
                    return false;
                }
            }
        }
        return true;
    }
}
