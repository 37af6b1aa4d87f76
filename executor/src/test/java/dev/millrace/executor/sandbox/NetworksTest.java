package dev.millrace.executor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.executor.files.Workspace;
import dev.millrace.executor.process.TaskProcess;
import dev.millrace.executor.process.Watchdog;
import dev.millrace.platform.config.ConfigException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Uses real networks of tasks. The tests of isolated networks are skipped on a machine that cannot create them. */
@Timeout(60)
class NetworksTest {
    private static final String CONNECT =
            """
            import socket
            try:
                socket.create_connection(("127.0.0.1", %d), timeout=20).close()
                print("reached")
            except OSError as e:
                print("refused")
            """;

    private final Path directory;
    private final Watchdog watchdog;
    private final Workspace workspace;

    NetworksTest(@TempDir Path directory) throws IOException {
        this.directory = directory;
        this.watchdog = Watchdog.start(60_000);
        this.workspace = Boxes.workspace(directory.resolve("attempt"));
    }

    @AfterEach
    void stop() throws IOException {
        watchdog.close();
    }

    private Sandbox sandbox(String network) throws IOException {
        return Boxes.find(directory, "namespaces", "executor.network=" + network);
    }

    private Sandbox isolated() throws IOException {
        Sandbox sandbox = sandbox("auto");
        assumeTrue(
                "isolated".equals(sandbox.labels().get("network")),
                () -> "this machine isolates no network: " + sandbox.missing().get("network"));
        return sandbox;
    }

    private TaskProcess start(Sandbox sandbox, String... command) throws IOException {
        return Boxes.start(
                Boxes.launch(sandbox, workspace, 1, List.of(command), true, Boxes.LIMITS), workspace, watchdog, 1);
    }

    private static String said(TaskProcess process) throws Exception {
        String out = new String(process.stdout().readAllBytes(), StandardCharsets.UTF_8);
        String error = new String(process.stderr().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(TimeUnit.SECONDS.toNanos(50))).isTrue();
        process.tree().kill();
        return out + error + "exit " + process.exitValue();
    }

    private static String connecting(ServerSocket server) {
        return CONNECT.formatted(server.getLocalPort());
    }

    @Test
    void inIsolatedNetworkShouldNotReachWhatListensOnThisMachine() throws Exception {
        Sandbox sandbox = isolated();
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            assertThat(said(start(sandbox, "python3", "-c", connecting(server))))
                    .isEqualTo("refused\nexit 0");
        }
    }

    @Test
    void inSharedNetworkShouldReachItAndSayThatTasksCan() throws Exception {
        Sandbox sandbox = sandbox("shared");
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            assertThat(said(start(sandbox, "python3", "-c", connecting(server))))
                    .isEqualTo("reached\nexit 0");
        }
        assertThat(sandbox.labels()).containsEntry("network", "shared");
        assertThat(sandbox.announcement()).anyMatch(it -> it.contains("network: true"));
    }

    @Test
    void inIsolatedNetworkShouldLeadOutside() throws Exception {
        assertThat(said(start(isolated(), "sh", "-c", "wc -l </proc/net/route; exit 5")))
                .matches("[2-9]\\d*\nexit 5");
    }

    @Test
    void inSigtermShouldReachTheTaskAndNotWhatIsAroundIt() throws Exception {
        // The task is one process without children. The signal would also reach the children of a shell, and the shell
        // would print a
        // message about them.
        String program =
                """
                import signal, sys
                def end(signal, frame):
                    print('cleared up')
                    sys.exit(3)
                signal.signal(signal.SIGTERM, end)
                print('up', flush=True)
                while True:
                    signal.pause()
                """;
        TaskProcess process = start(isolated(), "python3", "-c", program);
        assertThat(process.stdout().readNBytes(3))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("up\n");

        process.tree().terminate();

        assertThat(said(process)).isEqualTo("cleared up\nexit 3");
    }

    @Test
    void inIsolationThatCannotBeShouldRefuse() {
        assertThatThrownBy(() -> Boxes.find(directory, "process", "executor.network=isolated"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("executor.network");
    }
}
