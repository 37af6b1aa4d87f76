package dev.millrace.executor.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.executor.files.AttemptFiles;
import dev.millrace.executor.sandbox.Boxes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts real processes and checks that none of them remains. */
class TaskProcessTest {
    @TempDir
    Path directory = Path.of("");

    private TaskProcess start(Watchdog watchdog, int attempt, String script) throws Exception {
        return Boxes.start(
                Boxes.find(directory, "process"),
                Boxes.workspace(directory.resolve("a" + attempt)),
                watchdog,
                attempt,
                List.of("sh", "-c", script));
    }

    private static int ended(TaskProcess process) throws InterruptedException {
        assertThat(process.waitFor(TimeUnit.SECONDS.toNanos(50))).isTrue();
        return process.exitValue();
    }

    @Test
    void inKillShouldReachChildrenThatMadeASessionOfTheirOwn() throws Exception {
        try (var watchdog = Watchdog.start(60_000)) {
            TaskProcess process = start(watchdog, 1, "setsid sleep 300 & trap '' TERM; sleep 300 & wait; sleep 300");
            await("all of it runs")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> process.tree().members().size() >= 3);

            boolean gone = process.tree().kill();

            assertThat(gone).isTrue();
            assertThat(process.tree().members()).isEmpty();
        }
    }

    @Test
    void inProcessWhoseFirstThreadHasEndedShouldKillTheOthers() throws Exception {
        try (var watchdog = Watchdog.start(60_000)) {
            TaskProcess process = start(watchdog, 8, "setsid python3 -c '" + Boxes.HEADLESS + "'; sleep 300");
            long headless = Boxes.headless(process);

            assertThat(process.tree().members()).extracting(ProcessHandle::pid).contains(headless);
            assertThat(process.kill()).isTrue();

            assertThat(Boxes.threads(headless)).isLessThan(2);
        }
    }

    @Test
    void inEndOfTheExecutorShouldKillProcessesWhoseFirstThreadHasEnded() throws Exception {
        var watchdog = Watchdog.start(60_000);
        TaskProcess process = start(watchdog, 9, "setsid python3 -c '" + Boxes.HEADLESS + "'; sleep 300");
        long headless = Boxes.headless(process);

        watchdog.close();

        await("the watchdog killed it").atMost(Duration.ofSeconds(10)).until(() -> Boxes.threads(headless) < 2);
    }

    @Test
    void inKillShouldLeaveWhatNobodyHasReadYet() throws Exception {
        try (var watchdog = Watchdog.start(60_000)) {
            TaskProcess ended = start(watchdog, 6, "echo out; echo err >&2");
            assertThat(ended.waitFor(TimeUnit.SECONDS.toNanos(20))).isTrue();
            TaskProcess running = start(watchdog, 7, "echo out; echo err >&2; exec sleep 300");
            await("it has written")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> running.stderr().available() == 4);

            for (TaskProcess process : List.of(ended, running)) {
                assertThat(process.kill()).isTrue();
                assertThat(process.stdout().readAllBytes()).asString().isEqualTo("out\n");
                assertThat(process.stderr().readAllBytes()).asString().isEqualTo("err\n");
            }
        }
    }

    @Test
    void inClassPathReplacedMeanwhileShouldCleanUpAllTheSame() throws Exception {
        Path classes = directory.resolve("classes");
        Path original = Watchdog.ownClasses();
        try (Stream<Path> files = Files.walk(original)) {
            for (Path file : files.toList()) {
                Files.copy(file, classes.resolve(original.relativize(file)));
            }
        }
        var watchdog = Watchdog.start(60_000, null, List.of(), classes, 30_000);
        TaskProcess process = start(watchdog, 5, "mkdir -p deep/er; echo x >deep/er/file; sleep 300 & sleep 300");
        await("all of it runs")
                .atMost(Duration.ofSeconds(10))
                .until(() -> process.tree().members().size() >= 3);

        AttemptFiles.deleteTree(classes);
        watchdog.close();

        await("the watchdog killed it")
                .atMost(Duration.ofSeconds(10))
                .until(() -> process.tree().members().isEmpty());
        assertThat(directory.resolve("a5")).doesNotExist();
    }

    @Test
    void inEndOfTheWatchdogsPipeShouldKillWhatIsRegistered() throws Exception {
        var watchdog = Watchdog.start(60_000);
        TaskProcess process = start(watchdog, 2, "sleep 300 & sleep 300");
        await("all of it runs")
                .atMost(Duration.ofSeconds(10))
                .until(() -> process.tree().members().size() >= 3);

        watchdog.close();

        await("the watchdog killed it")
                .atMost(Duration.ofSeconds(10))
                .until(() -> process.tree().members().isEmpty());
        assertThat(directory.resolve("a2")).doesNotExist();
    }

    @Test
    void inCleaningUpShouldKeepTheLockUntilNothingIsLeft() throws Exception {
        Path lock = directory.resolve("watchdog.lock");
        var watchdog = Watchdog.start(60_000, lock, List.of());
        assertThatThrownBy(() -> ProcessLock.hold(lock, 0, "it"))
                .hasMessageContaining("process " + watchdog.pid() + ",");
        TaskProcess process = start(watchdog, 4, "i=0; while [ $i -lt 2000 ]; do : >f$i; i=$((i+1)); done; sleep 300");
        await("it has written")
                .atMost(Duration.ofSeconds(30))
                .until(() -> Files.exists(directory.resolve("a4/root/f1999")));

        var closing = new Thread(() -> close(watchdog), "close");
        closing.start();
        ProcessLock.hold(lock, 60_000, "it").close();

        assertThat(directory.resolve("a4")).doesNotExist();
        assertThat(process.tree().members()).isEmpty();
        closing.join();
    }

    @Test
    void inWatchdogThatDoesNotAnswerShouldKillItSoThatASuccessorCanStart() throws Exception {
        var watchdog = Watchdog.start(60_000, null, List.of(), Watchdog.ownClasses(), 1_000);
        long first = watchdog.pid();
        assertThat(new ProcessBuilder("kill", "-STOP", Long.toString(first))
                        .start()
                        .waitFor())
                .isZero();
        // A signal stops each thread on its own: until then the one that reads may still answer.
        await("it is stopped")
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> isStopped(first));
        var task = new WatchedTask(Long.MAX_VALUE, "none", 1, directory.resolve("none"), List.of());

        assertThatThrownBy(() -> watchdog.add(task)).isInstanceOf(Watchdog.GoneException.class);

        await("it was killed").atMost(Duration.ofSeconds(10)).until(() -> !watchdog.isAlive());
        watchdog.restart();
        assertThat(watchdog.pid()).isNotEqualTo(first);
        watchdog.add(task);
        watchdog.close();
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

    @Test
    void inWatchdogThatDiesShouldTellItsSuccessorOfTheTasks() throws Exception {
        var watchdog = Watchdog.start(60_000, directory.resolve("watchdog.lock"), List.of());
        TaskProcess process = start(watchdog, 11, "sleep 300 & sleep 300");
        TaskProcess ended = start(watchdog, 12, "true");
        assertThat(ended.waitFor(TimeUnit.SECONDS.toNanos(10))).isTrue();
        watchdog.ended(ended.watched());
        ProcessHandle first = ProcessHandle.of(watchdog.pid()).orElseThrow();
        first.destroyForcibly();
        first.onExit().get(10, TimeUnit.SECONDS);

        watchdog.restart();

        assertThat(watchdog.pid()).isNotEqualTo(first.pid());
        assertThat(process.isAlive()).isTrue();
        watchdog.close();
        await("the watchdog killed it").atMost(Duration.ofSeconds(10)).until(() -> !process.isAlive());
    }

    private static void close(Watchdog watchdog) {
        try {
            watchdog.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void inSilenceOfTheExecutorShouldKillWhatIsRegistered() throws Exception {
        try (var watchdog = Watchdog.start(500)) {
            TaskProcess process = start(watchdog, 3, "sleep 300");

            await("the watchdog killed it")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> process.tree().members().isEmpty());
        }
    }

    @Test
    void inOutputShouldComeThroughAndStandardInputBeEmpty() throws Exception {
        try (var watchdog = Watchdog.start(60_000)) {
            TaskProcess process = start(watchdog, 4, "cat; echo done; exit 4");

            assertThat(process.stdout().readAllBytes())
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("done\n");
            assertThat(ended(process)).isEqualTo(4);
        }
    }

    @Test
    void inMissingCommandShouldSayWhatIsWrong() {
        assertThat(TaskProcess.missingCommand("sh", Path.of("/tmp"), "/usr/bin:/bin", Optional::of))
                .isEmpty();
        assertThat(TaskProcess.missingCommand("nope", Path.of("/tmp"), "/usr/bin", Optional::of))
                .hasValueSatisfying(it -> assertThat(it).contains("'nope'"));
        assertThat(TaskProcess.missingCommand("/tmp", Path.of("/"), "/usr/bin", Optional::of))
                .hasValueSatisfying(it -> assertThat(it).contains("is a directory"));
        assertThat(TaskProcess.missingCommand("/etc/passwd", Path.of("/"), "/usr/bin", Optional::of))
                .hasValueSatisfying(it -> assertThat(it).contains("not executable"));
    }

    @Test
    void inScriptWithoutItsInterpreterShouldSayWhichIsMissing() throws Exception {
        Path script = Files.writeString(directory.resolve("run"), "#!/no/such/python -u\nprint(1)\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));

        assertThat(TaskProcess.missingCommand("./run", directory, "/usr/bin", Optional::of))
                .hasValueSatisfying(it -> assertThat(it).contains("'/no/such/python'"));
    }
}
