package dev.millrace.executor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.executor.files.Workspace;
import dev.millrace.executor.process.CgroupMembers;
import dev.millrace.executor.process.TaskLimits;
import dev.millrace.executor.process.TaskProcess;
import dev.millrace.executor.process.Watchdog;
import dev.millrace.platform.config.ConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Uses real sandboxes of bubblewrap, which must be installed on the machine that builds Millrace. */
@Timeout(60)
class SandboxTest {
    /** A fork bomb that continues after a fork was refused. */
    private static final String FORK_BOMB =
            """
            import os
            while True:
                try:
                    os.fork()
                except OSError:
                    pass
            """;

    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path directory;
    private final Watchdog watchdog;
    private Sandbox sandbox;
    private Workspace workspace;

    SandboxTest(@TempDir Path directory) throws IOException {
        this.directory = directory;
        this.watchdog = Watchdog.start(60_000);
        this.sandbox = Boxes.find(directory, "namespaces");
        this.workspace = Boxes.workspace(directory.resolve("attempt"));
    }

    @AfterEach
    void cleanUp() throws IOException {
        watchdog.close();
        CgroupMembers.removeEmptied(sandbox.ownGroups());
    }

    private String said(String script) throws Exception {
        TaskProcess process = Boxes.start(sandbox, workspace, watchdog, 1, List.of("sh", "-c", script));
        String out = new String(process.stdout().readAllBytes(), StandardCharsets.UTF_8);
        String error = new String(process.stderr().readAllBytes(), StandardCharsets.UTF_8);
        int code = ended(process);
        process.tree().kill();
        return out + error + "exit " + code + "\n";
    }

    private static int ended(TaskProcess process) throws InterruptedException {
        assertThat(process.waitFor(TimeUnit.SECONDS.toNanos(50))).isTrue();
        return process.exitValue();
    }

    @Test
    void inBoxShouldSeeNothingOfThePlatform() throws Exception {
        Files.writeString(directory.resolve("secret"), "s3cret");

        String seen = said("ls " + directory + "; ls /root /home /var /millrace; grep -r s3cret /tmp /root"
                + " /etc /millrace /run /dev/shm; cat /etc/shadow; ls /proc | grep -c '^[0-9]'");

        assertThat(seen).doesNotContain("s3cret").doesNotContain("root:*").contains("No such file or directory");
        // These are bubblewrap's own first process, the shell, and the two processes of the pipe.
        assertThat(seen.lines().filter(it -> it.matches("[0-9]+")).map(Integer::parseInt))
                .allMatch(it -> it <= 4);
    }

    @Test
    void inBoxShouldHaveEveryNamespaceOfItsOwn() throws Exception {
        String seen = said("for n in pid mnt net ipc uts user; do readlink /proc/self/ns/$n; done");

        for (String name : List.of("pid", "mnt", "net", "ipc", "uts", "user")) {
            String ours = Files.readSymbolicLink(Path.of("/proc/self/ns", name)).toString();
            assertThat(seen).contains(name + ":[").doesNotContain(ours);
        }
    }

    @Test
    void inBoxShouldWriteOnlyWhereItsOwnIs() throws Exception {
        String seen = said("touch /x /usr/x /etc/x /dev/x /sys/x /run/x /millrace/x; for d in . $MILLRACE_OUT /tmp"
                + " /var/tmp ~ /dev/shm /millrace/out; do touch $d/mine && echo \"$d yes\"; done; pwd; hostname");

        assertThat(seen)
                .contains(". yes", "/tmp yes", "/var/tmp yes", "/dev/shm yes", "/millrace/out yes")
                .contains("/millrace/work\n", "hostname\n".replace("hostname", "millrace"));
        assertThat(seen.lines().filter(it -> it.startsWith("touch: "))).hasSize(7);
        assertThat(workspace.root().resolve("mine")).exists();
        assertThat(workspace.out().resolve("mine")).exists();
    }

    @Test
    void inPrivateMemoryShouldEndAtItsSize() throws Exception {
        sandbox = Boxes.find(directory, "namespaces", "executor.tmpBytes=2000000");

        String seen = said("for d in /tmp /dev/shm $HOME; do head -c 3000000 /dev/zero >$d/big; done");

        assertThat(seen.lines().filter(it -> it.contains("No space left"))).hasSize(3);
    }

    @Test
    void inBoxWithoutNetworkShouldHaveItsLoopbackOnly() throws Exception {
        String seen = said("cat /proc/net/dev | tail -n +3 | cut -d: -f1; cat /proc/self/status | grep NoNewPrivs");

        assertThat(seen.replace(" ", "")).contains("lo\nNoNewPrivs:\t1\n");
    }

    @Test
    void inOpenFilesShouldHaveALimitThatATaskCannotRaise() throws Exception {
        assertThat(said("ulimit -n 5000 2>/dev/null; ulimit -n; ulimit -Hn")).startsWith("4096\n4096\n");
        sandbox = Boxes.find(directory, "process", "executor.maxTaskOpenFiles=100");
        assertThat(said("ulimit -Hn")).startsWith("100\n");
    }

    @Test
    void inExitCodeAndSignalShouldComeThrough() throws Exception {
        assertThat(said("exit 7")).isEqualTo("exit 7\n");
        assertThat(sandbox.brokenBefore(workspace, workspace.logs().resolve("stderr")))
                .isEmpty();
        assertThat(said("kill -SEGV $$")).endsWith("exit 139\n");
    }

    @Test
    void inPipeInPlaceOfTheReportShouldNotWaitForIt() throws Exception {
        sandbox = Boxes.find(directory, "process");
        Process made = new ProcessBuilder("mkfifo", workspace.status().toString()).start();
        assertThat(made.waitFor()).isZero();
        var asked = new FutureTask<>(
                () -> sandbox.brokenBefore(workspace, workspace.logs().resolve("stderr")));

        new Thread(asked).start();

        assertThat(asked.get(10, TimeUnit.SECONDS)).isEmpty();
    }

    @Test
    void inProcessThatHidesShouldBeKilledWithTheBox() throws Exception {
        String seconds = ownTime();
        String script = "env -i setsid sleep " + seconds + " & echo up; sleep " + seconds;
        TaskProcess process = Boxes.start(sandbox, workspace, watchdog, 2, List.of("sh", "-c", script));
        assertThat(process.stdout().read()).isEqualTo('u');
        await("it hides").atMost(Duration.ofSeconds(10)).until(() -> sleeping(seconds) == 2);

        process.tree().kill();

        await("the namespace is gone").atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(sleeping(seconds))
                .isZero());
    }

    /** Returns a sleep time that no other process on this machine uses, so that the test can recognize its own processes. */
    private static String ownTime() {
        return "300." + ProcessHandle.current().pid();
    }

    private static long sleeping(String seconds) {
        return ProcessHandle.allProcesses()
                .filter(it -> it.info().command().orElse("").endsWith("/sleep"))
                .filter(it ->
                        List.of(it.info().arguments().orElse(new String[0])).equals(List.of(seconds)))
                .count();
    }

    @Test
    void inSigtermShouldReachTheTaskAndNotTheBox() throws Exception {
        TaskProcess process = Boxes.start(
                sandbox,
                workspace,
                watchdog,
                3,
                List.of("sh", "-c", "trap 'echo cleared up; exit 3' TERM; echo up; while :; do sleep 0.1; done"));
        assertThat(process.stdout().readNBytes(3))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("up\n");

        process.tree().terminate();

        assertThat(process.stdout().readAllBytes())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("cleared up\n");
        assertThat(ended(process)).isEqualTo(3);
    }

    @Test
    void inEnvironmentOfATaskShouldNotReachProgramsOutsideOfTheBox() throws Exception {
        var launch = sandbox.launch(
                List.of("true"),
                workspace,
                TaskLocation.ANYWHERE,
                Map.of("LD_PRELOAD", "/millrace/work/evil.so", "PATH", "/millrace/work", "MILLRACE_TASK", "t"),
                false,
                new TaskLimits(1 << 20, 1, 0, 1));

        assertThat(launch.environment()).isEqualTo(Map.of("PATH", Boxes.PATH, "MILLRACE_TASK", "t"));
        assertThat(launch.command().stream()
                        .filter(it -> !it.startsWith("--default-signal="))
                        .limit(2))
                .allMatch(it -> it.startsWith("/"));
    }

    @Test
    void inOverlayShouldKeepTheSharedTreeAsItIs() throws Exception {
        Path lower = Files.createDirectories(directory.resolve("tree/dir"));
        Files.writeString(lower.resolve("input"), "before");
        workspace = workspace.with(new Workspace.Overlay(
                directory.resolve("tree"),
                Files.createDirectory(directory.resolve("upper")),
                Files.createDirectory(directory.resolve("scratch"))));

        String seen = said("cat dir/input; echo after >dir/input; echo new >new; cat dir/input");

        assertThat(seen).isEqualTo("beforeafter\nexit 0\n");
        assertThat(lower.resolve("input")).hasContent("before");
        assertThat(directory.resolve("tree/new")).doesNotExist();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(directory.toString());
        assertThat(sandbox.behind(Path.of("/millrace/work/dir/input"), workspace, TaskLocation.ANYWHERE))
                .contains(lower.resolve("input"));
        assertThat(sandbox.behind(Path.of("/root/tool"), workspace, TaskLocation.ANYWHERE))
                .isEmpty();
    }

    @Test
    void inOverlayThatCannotBeMountedShouldSaySo() throws Exception {
        workspace = workspace.with(new Workspace.Overlay(
                directory.resolve("nothing"), directory.resolve("nowhere"), directory.resolve("never")));

        said("true");

        assertThat(sandbox.brokenBefore(workspace, workspace.logs().resolve("stderr")))
                .hasValueSatisfying(it -> assertThat(it.reason()).contains("could not be mounted"));
    }

    @Test
    void inControlGroupShouldHoldEveryProcessAndBeGoneAfterwards() throws Exception {
        sandbox = Boxes.find(directory, "process", "executor.limits=required");
        String seconds = ownTime();
        TaskProcess process = Boxes.start(
                sandbox,
                workspace,
                watchdog,
                4,
                List.of("sh", "-c", "env -i setsid sleep " + seconds + " & echo up; sleep " + seconds));
        assertThat(process.stdout().readNBytes(3))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("up\n");
        await("the hidden one runs").atMost(Duration.ofSeconds(10)).until(() -> sleeping(seconds) == 2);

        process.tree().kill();

        assertThat(sleeping(seconds)).isZero();
        CgroupMembers.removeEmptied(process.watched().groups());
        assertThat(process.watched().groups()).isNotEmpty().noneMatch(Files::exists);
    }

    @Test
    void inMemoryHogShouldBeKilledAndTheReasonKnown() throws Exception {
        sandbox = Boxes.find(directory, "namespaces", "executor.limits=required");
        TaskProcess process = Boxes.start(
                sandbox, workspace, watchdog, 5, List.of("python3", "-c", "x = bytearray(600 << 20); print(len(x))"));

        assertThat(ended(process)).isEqualTo(137);
        process.tree().kill();
        assertThat(process.violation().limit()).contains("used more memory than its limit of 256 MiB");
    }

    @Test
    void inForkBombShouldStayWithinItsLimitAndBeKilledWhole() throws Exception {
        sandbox = Boxes.find(directory, "namespaces", "executor.limits=required");
        TaskProcess process = Boxes.start(sandbox, workspace, watchdog, 6, List.of("python3", "-c", FORK_BOMB));
        await("it was refused a process")
                .atMost(Duration.ofSeconds(20))
                .until(() -> process.violation().limit().isPresent());

        assertThat(process.tree().members().size()).isBetween(10, 100);
        assertThat(process.tree().kill()).isTrue();

        assertThat(process.tree().members()).isEmpty();
        assertThat(process.violation().limit()).contains("wanted more than 100 processes and threads");
    }

    @Test
    void inCrowdShouldCountForLessThanItsNeighbours() throws Exception {
        sandbox = Boxes.find(directory, "namespaces", "executor.limits=required");
        TaskProcess process = within(
                new TaskLimits(256L << 20, 1, 0, 200), 8, "sh", "-c", "for i in $(seq 160); do sleep 60 & done; wait");
        try {
            await("a crowd").atMost(Duration.ofSeconds(20)).until(() -> {
                process.settle();
                return weight(process) == (sandbox.labels().containsValue("cgroup-v1") ? 512 : 50);
            });
        } finally {
            assertThat(process.kill()).isTrue();
        }
    }

    private TaskProcess within(TaskLimits limits, int attempt, String... command) throws IOException {
        return Boxes.start(sandbox, workspace, watchdog, attempt, List.of(command), limits);
    }

    private static long weight(TaskProcess process) {
        return process.watched().groups().stream()
                .mapToLong(it -> Math.max(ControlFile.number(it, "cpu.shares"), ControlFile.number(it, "cpu.weight")))
                .max()
                .orElse(0);
    }

    @Test
    void inLimitOfProcessorsShouldHoldUpWhoWantsMore() throws Exception {
        sandbox = Boxes.find(directory, "namespaces", "executor.limits=required", "executor.slotCpuMillis=200");
        TaskProcess process = within(new TaskLimits(256L << 20, 1, 200, 100), 7, "python3", "-c", "while True: pass");
        try {
            await("it was held up").atMost(Duration.ofSeconds(20)).until(() -> heldUp(process) > 2);
        } finally {
            assertThat(process.kill()).isTrue();
        }
        assertThat(quotas(process)).as("whoever is killed is not held up").containsAnyOf("-1", "max 100000");
    }

    private static List<String> quotas(TaskProcess process) {
        return process.watched().groups().stream()
                .flatMap(group -> Stream.of("cpu.cfs_quota_us", "cpu.max").map(group::resolve))
                .filter(Files::exists)
                .map(file -> {
                    try {
                        return Files.readString(file).strip();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .toList();
    }

    /** Returns how often the kernel has throttled the task. */
    private static long heldUp(TaskProcess process) {
        return process.watched().groups().stream()
                .mapToLong(group -> ControlFile.entry(group, "cpu.stat", "nr_throttled"))
                .max()
                .orElse(0);
    }

    @Test
    void inMorePrivateFilesThanCanBeHiddenSinglyShouldHideTheirDirectoryAndKeepTheBox() throws Exception {
        Path shown = Files.createDirectories(directory.resolve("shown"));
        Path crowded = Files.createDirectories(shown.resolve("crowded"));
        for (int i = 0; i < 201; i++) {
            Files.createFile(crowded.resolve("f" + i), OWNER_ONLY);
        }
        Files.writeString(shown.resolve("everybodys"), "text");

        for (String level : List.of("auto", "namespaces")) {
            sandbox = Boxes.find(directory, level, "executor.sandboxPaths=/usr:/bin:/lib:/lib64:" + shown);

            assertThat(sandbox.labels()).containsEntry("sandbox", "namespaces");
            assertThat(sandbox.announcement()).anyMatch(it -> it.contains(crowded.toString()));
            assertThat(said("cat " + shown + "/everybodys; test -e " + crowded + "/f7 || echo unseen"))
                    .isEqualTo("textunseen\nexit 0\n");
        }
    }

    @Test
    void inPathsThatLeaveNothingToStartShouldRefuseInsteadOfGoingOnWithoutABox() throws Exception {
        assertThatThrownBy(() -> Boxes.find(directory, "auto", "executor.hiddenPaths=/usr"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("executor.sandbox=process");
    }

    @Test
    void inProcessLevelShouldSayWhatATaskCanDo() throws Exception {
        assertThat(Boxes.find(directory, "process").announcement())
                .anyMatch(it -> it.startsWith("warning: without namespaces"))
                .anyMatch(it -> it.startsWith("warning: without control groups"));
    }
}
