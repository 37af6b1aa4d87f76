package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.Verdict;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests how executors are listed, drained, and recognized as faulty. */
class ExecutorsIT {
    private final SharedStack stack = SharedStack.get();

    /**
     * Writes the program {@code tool} that the tasks call. The script decides how it behaves on the executor of this machine. Returns the
     * executor's setting that puts it on the path.
     */
    private static String tool(String machine, String script) throws IOException {
        Path directory = Files.createDirectories(SharedStack.SCRATCH.resolve("tools-" + machine));
        Path tool = directory.resolve("tool");
        Files.writeString(tool, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwxr-xr-x"));
        return "executor.path=" + directory + ":/usr/bin:/bin";
    }

    private JsonNode executors(String pool) throws IOException {
        return Json.MAPPER.readTree(
                stack.millrace("executors", "--pool", pool, "--output", "json").out());
    }

    private static void awaitReady(LaunchedProcess... executors) {
        for (LaunchedProcess executor : executors) {
            await("the executor is up").atMost(Duration.ofSeconds(60)).until(executor::isReady);
        }
    }

    private void awaitStanding(String pool, String executor, String standing) {
        await(executor + " is " + standing).atMost(Duration.ofSeconds(60)).until(() -> {
            for (JsonNode it : executors(pool)) {
                if (it.path("id").asText().equals(executor)) {
                    return it.path("standing").asText().equals(standing);
                }
            }
            return false;
        });
    }

    private List<TaskCompleted> run(String pool, int tasks, int retries) throws Exception {
        String list = IntStream.range(0, tasks)
                .mapToObj(i -> "{id: t" + i + ", command: [tool]}")
                .collect(Collectors.joining(", "));
        var spec = SharedStack.spec(
                pool,
                "{apiVersion: millrace.dev/v1, name: " + pool + ", pool: " + pool + ", defaults: {retries: " + retries
                        + "}, tasks: [" + list + "]}");
        String jobId =
                stack.millrace("submit", "--no-wait", spec.toString()).out().strip();
        stack.millrace("watch", jobId);
        return Completions.tasks(Completions.ofJob(stack.platform().kafka(), jobId));
    }

    @Test
    void inSickExecutorShouldFindItAndRunAgainWhatItAloneHasFailed() throws Exception {
        String pool = "sick";
        try (var sick = ExecutorProcess.start(stack, pool, "sick-1", 1, tool("sick", "exit 1"));
                var well = ExecutorProcess.start(stack, pool, "well-1", 1, tool("well", "sleep 0.2"));
                var too = ExecutorProcess.start(stack, pool, "well-2", 1, tool("well", "sleep 0.2"))) {
            awaitReady(sick, well, too);

            List<TaskCompleted> verdicts = run(pool, 60, 0);

            awaitStanding(pool, "sick-1", "suspect");
            assertThat(stack.millrace("executors", "--pool", pool).out())
                    .containsPattern("sick-1 +suspect")
                    .contains("tasks that passed elsewhere");
            var last = verdicts.stream()
                    .collect(Collectors.toMap(TaskCompleted::taskId, it -> it, (first, second) -> second));
            assertThat(last).hasSize(60);
            assertThat(last.values()).extracting(TaskCompleted::verdict).containsOnly(Verdict.PASSED);
            List<TaskCompleted> again =
                    verdicts.stream().filter(it -> it.run() == 1).toList();
            assertThat(again).hasSizeBetween(1, 20);
            assertThat(stack.millrace("why", again.get(0).taskId()).out())
                    .contains("its verdict was taken back")
                    .contains("it runs again, as run 2");
        }
    }

    @Test
    void inDrainedExecutorShouldGetNoWorkUntilItIsWantedAgain() throws Exception {
        String pool = "drained";
        try (var out = ExecutorProcess.start(stack, pool, "out", 2, tool("out", "true"));
                var in = ExecutorProcess.start(stack, pool, "in", 1, tool("in", "true"))) {
            awaitReady(out, in);
            awaitStanding(pool, "out", "active");
            assertThat(stack.millrace("drain", "out", "--pool", pool, "--reason", "new disk")
                            .exitCode())
                    .isZero();
            awaitStanding(pool, "out", "draining");

            List<TaskCompleted> meanwhile = run(pool, 5, 0);

            assertThat(meanwhile).extracting(TaskCompleted::executorId).containsOnly("in");
            assertThat(stack.millrace("executors", "--pool", pool).out()).contains("out is draining: new disk (");
            assertThat(stack.millrace("drain", "out", "--pool", pool, "--undo").exitCode())
                    .isZero();
            awaitStanding(pool, "out", "active");
            assertThat(run(pool, 5, 0)).extracting(TaskCompleted::executorId).contains("out");
        }
        await("who has left is not listed").atMost(Duration.ofSeconds(60)).until(() -> executors(pool)
                .isEmpty());
    }

    @Test
    void inUnknownExecutorShouldSayThatThereIsNone() {
        var drain = stack.millrace("drain", "nobody");

        assertThat(drain.exitCode()).isNotZero();
        assertThat(drain.err()).contains("there is no executor 'nobody' in pool 'default'");
    }

    @Test
    void inFullDiskShouldTakeNoWorkAndSayWhyUntilThereIsRoom() throws Exception {
        String pool = "full";
        Path disk = smallDisk(pool);
        try (var executor = ExecutorProcess.start(
                stack,
                pool,
                "full-1",
                1,
                tool("full", "exit 0"),
                "executor.directory=" + disk,
                "executor.minFreeBytes=" + (32 << 20))) {
            awaitReady(executor);
            assertThat(run(pool, 1, 0)).extracting(TaskCompleted::verdict).containsOnly(Verdict.PASSED);

            Files.write(disk.resolve("somebody-elses"), new byte[40 << 20]);
            awaitStanding(pool, "full-1", "draining");
            assertThat(stack.millrace("executors", "--pool", pool).out())
                    .contains("its disk is nearly full", "executor.minFreeBytes is 32 MiB");
            var spec = SharedStack.spec(
                    "waits-" + pool,
                    "{apiVersion: millrace.dev/v1, name: waits, pool: " + pool
                            + ", tasks: [{id: t, command: [tool]}]}");
            String waiting =
                    stack.millrace("submit", "--no-wait", spec.toString()).out().strip();

            // A free slot would get the task in a fraction of this time.
            TimeUnit.SECONDS.sleep(3);
            long roomAtMs = System.currentTimeMillis();
            Files.delete(disk.resolve("somebody-elses"));
            awaitStanding(pool, "full-1", "active");
            assertThat(stack.millrace("watch", waiting).exitCode()).isZero();
            assertThat(Completions.tasks(Completions.ofJob(stack.platform().kafka(), waiting)))
                    .singleElement()
                    .satisfies(
                            it -> assertThat(Objects.requireNonNull(it.result()).startedAtMs())
                                    .isGreaterThanOrEqualTo(roomAtMs));
        } finally {
            command("umount", "--lazy", disk.toString());
        }
    }

    /** The task stays within its limits, so the full disk is not its fault and must not count as its failure. */
    @Test
    void inDiskThatIsFullShouldNotBlameTheTaskThatFindsItSo() throws Exception {
        String pool = "no-room";
        Path disk = smallDisk(pool);
        try (var executor = ExecutorProcess.start(
                stack,
                pool,
                "no-room-1",
                1,
                tool("no-room", "exec 2>/dev/null; head -c 100000000 /dev/zero >large"),
                "executor.directory=" + disk,
                "executor.minFreeBytes=" + (1 << 20))) {
            awaitReady(executor);

            assertThat(run(pool, 1, 5)).singleElement().satisfies(it -> {
                assertThat(it.verdict()).isEqualTo(Verdict.INFRASTRUCTURE);
                assertThat(it.outcome()).isEqualTo(Outcome.EXECUTOR_FAILED);
                assertThat(it.reason()).contains("its executor's disk was nearly full");
            });
        } finally {
            command("umount", "--lazy", disk.toString());
        }
    }

    @Test
    void inLevelThatCannotBeHadShouldRefuseToStartAndSayWhatIsMissing() throws Exception {
        Path programs = Files.createDirectories(SharedStack.SCRATCH.resolve("without-bubblewrap"));
        for (String program : List.of("sh", "setsid", "mount", "unshare", "true")) {
            Path link = programs.resolve(program);
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, Path.of("/usr/bin", program));
        }
        for (String[] settings : new String[][] {
            {"executor.sandbox=namespaces", "executor.path=" + programs, "there is no program 'bwrap'"},
            {"executor.sandbox=nonsense", "executor.path=/usr/bin:/bin", "executor.sandbox"},
        }) {
            try (var executor = ExecutorProcess.start(stack, "refused", "refused-1", 1, settings[0], settings[1])) {
                assertThat(executor.exitCode()).isEqualTo(2);
                assertThat(executor.said()).contains(settings[2]).doesNotContain("Exception");
            }
        }
    }

    /** Mounts a file system of 64 MiB and returns its directory. */
    private static Path smallDisk(String pool) throws Exception {
        Path disk = Files.createDirectories(SharedStack.SCRATCH.resolve("disk-" + pool));
        command("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk.toString());
        return disk;
    }

    private static void command(String... words) throws Exception {
        assertThat(new ProcessBuilder(words).inheritIO().start().waitFor())
                .as(String.join(" ", words))
                .isZero();
    }
}
