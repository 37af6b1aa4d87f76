package dev.millrace.executor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.executor.files.Workspace;
import dev.millrace.executor.process.CgroupMembers;
import dev.millrace.executor.process.Launch;
import dev.millrace.executor.process.TaskCgroup;
import dev.millrace.executor.process.TaskProcess;
import dev.millrace.executor.process.Watchdog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests when the control groups of one attempt are reused for the next. */
class CgroupsTest {
    private final Sandbox sandbox;
    private final Workspace workspace;
    private final Watchdog watchdog;

    CgroupsTest(@TempDir Path directory) throws IOException {
        sandbox = Boxes.find(directory, "process", "executor.limits=required");
        workspace = Boxes.workspace(directory.resolve("a1"));
        watchdog = Watchdog.start(60_000);
    }

    @AfterEach
    void close() throws IOException {
        watchdog.close();
    }

    @Test
    void inGroupLeftAsItWasShouldServeTheNextAndNoOther() throws Exception {
        List<Path> first = groupsAfter("true", 9);
        List<Path> second = groupsAfter("python3 -c 'x = bytearray(600 << 20)'", 10);
        List<Path> third = groupsAfter("true", 11);

        assertThat(second).isEqualTo(first);
        assertThat(third).isNotEqualTo(second);
        assertThat(second).noneMatch(Files::exists);
    }

    @Test
    void inGroupWithAProcessWhoseFirstThreadHasEndedShouldNotServeAnother() throws Exception {
        List<String> command = List.of("sh", "-c", "env -i setsid python3 -c '" + Boxes.HEADLESS + "' & wait");
        Launch launch = Boxes.launch(sandbox, workspace, 12, command, false, Boxes.LIMITS);
        TaskProcess process = Boxes.start(launch, workspace, watchdog, 12);
        long headless = Boxes.headless(process);
        TaskCgroup group = Objects.requireNonNull(launch.group());

        assertThatThrownBy(group::release).isInstanceOf(IOException.class);
        assertThat(process.kill()).isTrue();
        assertThat(Boxes.threads(headless)).isLessThan(2);
        group.release();

        assertThat(process.watched().groups()).noneMatch(Files::exists);
        assertThat(groupsAfter("true", 13)).isNotEqualTo(process.watched().groups());
    }

    /** Runs a script as a task, and returns the task's control groups after it has ended and released them. */
    private List<Path> groupsAfter(String script, int attempt) throws Exception {
        Launch launch = Boxes.launch(sandbox, workspace, attempt, List.of("sh", "-c", script), false, Boxes.LIMITS);
        TaskProcess process = Boxes.start(launch, workspace, watchdog, attempt);
        assertThat(process.waitFor(TimeUnit.SECONDS.toNanos(50))).isTrue();
        assertThat(process.kill()).isTrue();
        Objects.requireNonNull(launch.group()).release();
        List<Path> groups = process.watched().groups();
        await("the kernel counts nobody in it")
                .until(() -> CgroupMembers.of(groups).isEmpty());
        return groups;
    }
}
