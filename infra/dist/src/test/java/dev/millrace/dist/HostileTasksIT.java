package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs {@code examples/hostile} on a real executor at sandbox level namespaces, with small limits. */
@SuppressWarnings("NullAway.Init") // Set before all tests.
class HostileTasksIT {
    private static final String EXECUTOR = "besieged";

    /**
     * How much the largest tasks write, as a percentage of the full size of a million files, a log of 10 GB and a line of 1 GB. The full
     * size, {@code -Dhostile.scale=100}, takes about three minutes longer.
     */
    private static final int SCALE = Integer.getInteger("hostile.scale", 10);

    private static final Duration LEFT_LIMIT = Duration.ofSeconds(30);
    private static final Path DIRECTORY = SharedStack.SCRATCH.resolve("executor-" + EXECUTOR);
    private static final Map<String, JsonNode> TASKS = new TreeMap<>();
    private static SharedStack stack;
    private static List<String> left;

    private static LaunchedProcess executor() throws IOException {
        var executor = ExecutorProcess.start(
                stack,
                "hostile",
                EXECUTOR,
                2,
                "executor.sandbox=namespaces",
                "executor.limits=required",
                "executor.memoryBytes=" + (1L << 30),
                "executor.maxTaskPids=200",
                "executor.maxTaskDiskBytes=" + (256L << 20),
                "executor.maxTaskDiskFiles=" + 2_000 * SCALE,
                "executor.tmpBytes=" + (64L << 20),
                "executor.maxLogBytes=" + (1L << 20),
                "executor.maxArtifactBytes=1000000",
                "executor.maxArtifactFiles=8",
                "executor.killGraceMs=500");
        await("the executor is up").atMost(Duration.ofSeconds(60)).until(executor::isReady);
        return executor;
    }

    /** Writes the spec of the example with the pool, addresses, paths and secret of this stack, and adds some tasks. */
    private static Path spec() throws IOException {
        Path example = SharedStack.ROOT.resolve("examples/hostile");
        var yaml = new com.fasterxml.jackson.dataformat.yaml.YAMLMapper();
        ObjectNode spec = (ObjectNode) yaml.readTree(example.resolve("job.yaml").toFile());
        spec.put("pool", "hostile");
        ((ObjectNode) spec.path("inputs").get(0))
                .put("from", example.resolve("hostile.py").toString());
        ((ObjectNode) spec.path("defaults")).putObject("env").put("HOSTILE_SCALE", Integer.toString(SCALE));
        var servers = stack.platform().servers();
        for (JsonNode task : spec.path("tasks")) {
            ObjectNode env = task.path("env") instanceof ObjectNode there ? there : null;
            if (env != null && env.has("WANTED")) {
                env.put(
                        "WANTED",
                        new StringBuilder(servers.s3Credentials().secretKey())
                                .reverse()
                                .toString());
                env.put("PLACES", stack.data() + ":" + DIRECTORY + ":" + SharedStack.ROOT);
            }
            if (env != null && env.has("ADDRESSES")) {
                env.put("ADDRESSES", addresses());
            }
        }
        // Inputs of this size are not copied for each task. The tasks share one copy as the lower layer of their
        // overlays.
        Path large = SharedStack.spec("hostile", "").resolveSibling("large");
        Files.write(large, new byte[3 << 20]);
        ((ArrayNode) spec.path("inputs")).addObject().put("from", "large").put("to", "large");
        ObjectNode overlaid = spec.withArray("tasks").addObject();
        overlaid.put("id", "overlaid");
        overlaid.putArray("command")
                .add("sh")
                .add("-c")
                .add("echo more >>large && grep ' - overlay ' /proc/self/mountinfo");
        ObjectNode many = spec.withArray("tasks").addObject();
        many.put("id", "many-artifacts");
        many.putArray("command")
                .add("sh")
                .add("-c")
                .add("cd $MILLRACE_OUT;" + " for i in 1 2 3 4 5 6 7 8 9; do echo $i >small-$i; done");
        ObjectNode heavy = spec.withArray("tasks").addObject();
        heavy.put("id", "large-artifact");
        heavy.putArray("command")
                .add("sh")
                .add("-c")
                .add("cd $MILLRACE_OUT; head -c 2000000 /dev/zero >large; echo >small");
        ObjectNode open = spec.withArray("tasks").addObject();
        open.put("id", "network-asked-for").put("network", true);
        open.putArray("command").add("python3").add("hostile.py").add("network-prober");
        open.putObject("env").put("ADDRESSES", addresses());
        return Files.writeString(SharedStack.spec("hostile", ""), yaml.writeValueAsString(spec));
    }

    private static String addresses() {
        return stack.platform().kafka().bootstrap() + "," + stack.gateway().getAuthority();
    }

    @BeforeAll
    static void runAll() throws Exception {
        stack = SharedStack.get();
        try (var executor = executor()) {
            String jobId = stack.millrace("submit", "--no-wait", spec().toString())
                    .out()
                    .strip();
            assertThat(stack.millrace("watch", jobId).exitCode()).isEqualTo(88);
            for (JsonNode task : Json.MAPPER.readTree(
                    stack.millrace("tasks", jobId, "--output", "json").out())) {
                TASKS.put(task.path("name").asText(), task);
            }
            // A task is reported as ended before everything that it left behind is deleted.
            long deadline = System.nanoTime() + LEFT_LIMIT.toNanos();
            do {
                TimeUnit.MILLISECONDS.sleep(50);
                // The executor keeps empty control groups for the next attempts, so only groups with processes count.
                left = left("cgroup.procs");
            } while (!left.isEmpty() && System.nanoTime() < deadline);
            executor.terminate();
            await("the watchdog has gone after its executor")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> left().isEmpty());
        }
    }

    private static List<String> left() throws IOException {
        return left("");
    }

    /**
     * Returns everything that tasks left on this machine: processes, directories, mounts and control groups.
     *
     * @param groupsWith the name of a file; only control groups in which this file is not empty are listed. If it is an empty string, all
     *     control groups are listed
     */
    private static List<String> left(String groupsWith) throws IOException {
        var left = new ArrayList<String>();
        ProcessHandle.allProcesses()
                .map(it -> it.info().commandLine().orElse(""))
                .filter(it -> it.contains("hostile.py"))
                .forEach(left::add);
        // The directory does not exist before the first task.
        Path work = Files.createDirectories(DIRECTORY.resolve("work"));
        try (Stream<Path> attempts = Files.list(work)) {
            attempts.forEach(it -> left.add(it.toString()));
        }
        left.addAll(mounts());
        try (Stream<Path> groups = Files.walk(Path.of("/sys/fs/cgroup"), 8)) {
            groups.filter(it -> it.toString().matches(".*/" + EXECUTOR + "-[0-9a-f]+/[^/]+"))
                    .filter(Files::isDirectory)
                    .filter(it -> groupsWith.isEmpty() || holds(it.resolve(groupsWith)))
                    .forEach(it -> left.add(it.toString()));
        } catch (UncheckedIOException e) {
            left.add("a group that went while it was looked at: " + e.getMessage());
        }
        return left;
    }

    /** Returns the number of processes in the control groups of the executor's tasks. */
    private static long runningProcesses() throws IOException {
        long sum = 0;
        try (Stream<Path> files = Files.walk(Path.of("/sys/fs/cgroup"), 8)) {
            for (Path file : files.filter(
                            it -> it.toString().matches(".*/" + EXECUTOR + "-[0-9a-f]+/[^/]+/pids\\.current"))
                    .toList()) {
                sum += Long.parseLong(Files.readString(file).strip());
            }
        } catch (UncheckedIOException e) {
            // A control group was removed while it was read.
            return 0;
        }
        return sum;
    }

    /** Returns the mounts below the executor's directory, in the mount namespaces of all processes of this machine. */
    private static List<String> mounts() throws IOException {
        var mounts = new ArrayList<String>();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                mountsOf(process).stream()
                        .filter(it -> it.contains(DIRECTORY.toString()))
                        .forEach(it -> mounts.add(process + ": " + it));
            }
        }
        return mounts;
    }

    /** Returns the mounts that a process sees, or none if the process has ended meanwhile. */
    private static List<String> mountsOf(Path process) {
        try {
            return Files.readAllLines(process.resolve("mountinfo"));
        } catch (IOException e) {
            return List.of();
        }
    }

    private static boolean holds(Path file) {
        try {
            return !Files.readString(file).isBlank();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode task(String name) {
        JsonNode task = TASKS.get(name);
        if (task == null) {
            throw new AssertionError("there is no task " + name + " in " + TASKS.keySet());
        }
        return task;
    }

    @ParameterizedTest
    @CsvSource({
        "fork-bomb, timed-out, ran longer than its timeout",
        "memory-hog, limit-exceeded, used more memory than its limit of 512 MiB",
        "many-files, limit-exceeded, 000 files",
        "disk-filler, limit-exceeded, reached its disk limit: 256 MiB",
        "tmp-filler, failed, exited with code 1",
        "daemoniser, passed, ''",
        "sigterm-ignorer, timed-out, ran longer than its timeout",
        "pipe-holder, passed, ''",
        "huge-log, passed, ''",
        "huge-line, passed, ''",
        "output-tricks, passed, ''",
        "credential-hunter, passed, ''",
        "network-prober, passed, ''",
        "box-breaker, passed, ''",
        "name-tricker, passed, ''",
        "deep-digger, limit-exceeded, to its directories",
        "unlinked-filler, limit-exceeded, reached its disk limit: 256 MiB",
        "network-asked-for, passed, ''",
        "overlaid, passed, ''",
        "many-artifacts, passed, ''",
        "large-artifact, passed, ''",
    })
    void inHostileTaskShouldEndAsWhatItIs(String name, String outcome, String reason) {
        JsonNode task = task(name);

        assertThat(task.path("outcome").asText()).as(task.toString()).isEqualTo(outcome);
        assertThat(task.path("reason").asText("")).contains(reason);
    }

    @Test
    void inOutputsShouldKeepWhatIsHonestAndNameTheRest() throws Exception {
        JsonNode artifacts = task("output-tricks").path("result").path("artifacts");

        assertThat(artifacts.path("files").asInt()).as(artifacts.toString()).isEqualTo(4);
        assertThat(artifacts.path("leftOut").toString())
                .contains("passwd", "'etc'", "'loop'", "'fifo'", "'socket'", "backslash", "control");
    }

    @Test
    void inTooManyOutputsShouldKeepWhatThereIsRoomForAndNameTheRest(@TempDir Path directory) {
        JsonNode artifacts = task("many-artifacts").path("result").path("artifacts");

        assertThat(artifacts.path("files").asInt()).isEqualTo(8);
        assertThat(artifacts.path("leftOut").toString()).containsPattern("'small-[1-9]': there are more than 8 files");
        var fetched = stack.millrace(
                "fetch", task("many-artifacts").path("job").asText(), "--artifacts", "-d", directory.toString());
        assertThat(fetched.err())
                .containsPattern("warning: no artifact of many-artifacts: 'small-[1-9]': there are more than 8")
                .contains(
                        "warning: no artifact of large-artifact: 'large' (2000000 bytes): more than 1000000 bytes in all");
        assertThat(task("large-artifact")
                        .path("result")
                        .path("artifacts")
                        .path("files")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void inHugeOutputShouldBeCutAndCounted() {
        JsonNode line = task("huge-line").path("result").path("stdout");

        assertThat(line.path("droppedBytes").asLong()).isEqualTo(((10L * SCALE) << 20) - (1 << 20));
        assertThat(task("huge-log")
                        .path("result")
                        .path("stdout")
                        .path("droppedBytes")
                        .asLong())
                .isGreaterThan((90L * SCALE) << 20);
    }

    @Test
    void inTheEndShouldLeaveNothingBehind() {
        assertThat(left).isEmpty();
    }

    @Test
    void inKillOfTheExecutorShouldLeaveNothingEither() throws Exception {
        try (var executor = executor()) {
            Path spec = SharedStack.spec(
                    "hostile-killed",
                    """
                    apiVersion: millrace.dev/v1
                    name: hostile-killed
                    pool: hostile
                    defaults: {retries: 0}
                    inputs: [{from: hostile.py, to: hostile.py}]
                    tasks:
                      - {id: bomb, command: [python3, hostile.py, fork-bomb]}
                      - {id: daemon, command: [sh, -c, "python3 hostile.py daemoniser; python3 hostile.py sleeper"]}
                    """);
            Files.copy(
                    SharedStack.ROOT.resolve("examples/hostile/hostile.py"),
                    spec.resolveSibling("hostile.py"),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            var submitted = stack.millrace("submit", "--no-wait", spec.toString());
            assertThat(submitted.exitCode()).as(submitted.err()).isZero();
            String jobId = submitted.out().strip();
            // The test counts processes in the control groups instead of searching command lines, because reading the
            // command line of a
            // process blocks while that process forks.
            await("the bomb has gone off and the daemon sleeps")
                    .atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(runningProcesses())
                            .as(stack.millrace("tasks", jobId).out())
                            .isGreaterThan(50));

            executor.kill();

            await("the watchdog has cleaned up").atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(left())
                    .isEmpty());
            stack.millrace("cancel", jobId);
        }
    }
}
