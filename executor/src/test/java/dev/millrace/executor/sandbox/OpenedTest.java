package dev.millrace.executor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.executor.files.Workspace;
import dev.millrace.executor.process.Launch;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A sandbox that is opened for a person to look around. The program in it tries to type on that person's terminal. */
@Timeout(120)
class OpenedTest {
    /** A Python program that prints whether it has a terminal, and tries to type a command on it. */
    private static final String TYPIST =
            """
            import fcntl, os, termios
            try:
                os.close(os.open("/dev/tty", os.O_RDWR))
                print("has a terminal")
            except OSError:
                print("has no terminal")
            for c in b"echo typed\\n":
                for fd in (0, 1, 2):
                    try:
                        fcntl.ioctl(fd, termios.TIOCSTI, bytes([c]))
                        break
                    except OSError:
                        pass
            """;

    @TempDir
    private Path directory = Path.of("");

    /**
     * Opens the sandbox from the shell of a user. After that, the shell reads what was typed in the meantime. Returns everything that the
     * user sees.
     */
    private String seen(boolean terminal) throws Exception {
        Workspace workspace = Boxes.workspace(directory.resolve("attempt"));
        Files.writeString(workspace.root().resolve("typist.py"), TYPIST);
        Launch launch = Boxes.find(directory, "namespaces")
                .openHere(
                        List.of("/usr/bin/python3", "typist.py"),
                        workspace,
                        TaskLocation.ANYWHERE,
                        Map.of("PATH", Boxes.PATH),
                        false,
                        terminal);
        Path user = Files.writeString(
                directory.resolve("user.sh"),
                launch.command().stream()
                                .map(it -> "'" + it.replace("'", "'\\''") + "'")
                                .collect(Collectors.joining(" "))
                        + "; echo ended $?; while read -r -t 3 line; do echo \"read $line\"; done; exit 0\n");
        var builder = new ProcessBuilder(
                        new ArrayList<>(List.of("script", "-q", "-e", "-c", "bash " + user, "/dev/null")))
                .directory(launch.directory().toFile())
                .redirectErrorStream(true);
        builder.environment().putAll(launch.environment());
        Process process = builder.start();
        String seen = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return seen;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void inTypingShouldNotReachTheTerminalOfTheUser(boolean terminal) throws Exception {
        assertThat(seen(terminal))
                .contains(terminal ? "has a terminal" : "has no terminal")
                .contains("ended 0")
                .doesNotContain("read echo typed");
    }

    @Test
    void inExitCodeShouldComeThroughItsTerminal() throws Exception {
        Workspace workspace = Boxes.workspace(directory.resolve("attempt"));
        Launch launch = Boxes.find(directory, "namespaces")
                .openHere(
                        List.of("sh", "-c", "echo \"it's here\"; exit 5"),
                        workspace,
                        TaskLocation.ANYWHERE,
                        Map.of("PATH", Boxes.PATH),
                        false,
                        true);
        Process process = new ProcessBuilder(launch.command())
                .directory(launch.directory().toFile())
                .start();
        process.getOutputStream().close();

        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("it's here");
        assertThat(process.waitFor()).isEqualTo(5);
    }
}
