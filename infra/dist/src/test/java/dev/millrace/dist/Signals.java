package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Sends signals to processes, as the kernel or an operator would do. */
final class Signals {
    private Signals() {}

    /** @param signal the name of the signal, such as KILL, STOP or CONT */
    static void send(String signal, long pid) {
        // The process id 0 would send the signal to the whole process group of these tests.
        assertThat(pid).isGreaterThan(1);
        try {
            int exit = new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                    .inheritIO()
                    .start()
                    .waitFor();
            assertThat(exit).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
