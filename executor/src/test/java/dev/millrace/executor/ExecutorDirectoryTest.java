package dev.millrace.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.executor.process.ProcessLock;
import dev.millrace.executor.settings.ExecutorSettings;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.platform.work.ByteBudget;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file lock belongs to a whole process, so each test starts a separate process that holds a lock. */
@Timeout(120)
class ExecutorDirectoryTest {
    private static final URI NOBODY = URI.create("http://127.0.0.1:1");

    private final Path directory;
    private final Path running;

    ExecutorDirectoryTest(@TempDir Path directory) throws IOException {
        this.directory = directory;
        this.running = Files.createDirectories(directory.resolve("work/attempt"));
    }

    /** Holds a lock until its standard input ends. */
    public static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws IOException {
            ProcessLock lock = ProcessLock.hold(Path.of(args[0]), 0, "nobody");
            System.out.println("held");
            while (System.in.read() >= 0) {
                // Nothing is written to this input.
            }
            lock.close();
        }
    }

    private Process holder(String lock) throws IOException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        directory.resolve(lock).toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.inputReader().readLine()).isEqualTo("held");
        return process;
    }

    private ExecutorSettings settings(long waitMs) {
        var settings = new HashMap<>(Map.of("executor.sandbox", "process", "executor.limits", "off"));
        settings.put("executor.lockWaitMs", Long.toString(waitMs));
        settings.put("executor.cleanupWaitMs", Long.toString(waitMs));
        return ExecutorSettings.from(Settings.of(settings), "e1", directory);
    }

    /** Prepares an executor, which needs no servers yet, and stops it. */
    private void start() throws IOException {
        var vertx = Vertx.vertx();
        try {
            ExecutorNode.prepare(
                            vertx,
                            settings(0),
                            KafkaSettings.from(Settings.of(Map.of("kafka.bootstrap", "127.0.0.1:1"))),
                            NOBODY,
                            ByteBudget.ofHeap(ExecutorNode.PARSING_PART_OF_HEAP),
                            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
                    .stop();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Test
    void inSecondStartShouldNameTheFirstAndTouchNothingOfIt() throws Exception {
        Process first = holder("executor.lock");

        assertThatThrownBy(this::start)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another executor")
                .hasMessageContaining("process " + first.pid() + ",");

        assertThat(running).exists();
        first.destroyForcibly().waitFor();
    }

    @Test
    void inStartWhileTheOldWatchdogCleansUpShouldTouchNothing() throws Exception {
        Process watchdog = holder("watchdog.lock");

        assertThatThrownBy(this::start)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("watchdog")
                .hasMessageContaining("process " + watchdog.pid() + ",");

        assertThat(running).exists();
        watchdog.destroyForcibly().waitFor();
    }

    @Test
    void inStartAfterAKillShouldHaveTheDirectoryAtOnce() throws Exception {
        holder("executor.lock").destroyForcibly().waitFor();
        holder("watchdog.lock").destroyForcibly().waitFor();

        try (var taken = ExecutorDirectory.take(settings(0))) {
            taken.clearWork();
        }

        assertThat(running).doesNotExist();
    }

    @Test
    void inStartWhileTheOldOneStopsShouldWaitForIt() throws Exception {
        Process old = holder("executor.lock");
        var stop = new Thread(old::destroyForcibly, "stop");
        stop.start();

        ExecutorDirectory.take(settings(60_000)).close();

        assertThat(old.waitFor()).isNotZero();
        stop.join();
    }
}
