package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.cli.Screen;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;

/** Tests messages and exit codes of commands that need no gateway. */
class CommandLineTest {
    /** The first byte that a TLS client sends. */
    private static final int TLS_HANDSHAKE = 22;

    @TempDir
    private Path directory = Path.of(".");

    private SharedStack.Result millrace(String... arguments) {
        return SharedStack.run(
                Map.of("MILLRACE_STATE_DIR", directory.resolve("state").toString(), "HOME", directory.toString()),
                arguments);
    }

    @ParameterizedTest
    @CsvSource({
        "--gateway http://127.0.0.1:1 jobs",
        "--gateway=http://127.0.0.1:1 jobs",
        "--gateway http://127.0.0.1:1 --output json jobs",
        "--owner me --gateway http://127.0.0.1:1 quota set somebody --weight 2",
        "jobs --gateway http://127.0.0.1:1",
    })
    void inSharedOptionsBeforeOrAfterTheCommandShouldTakeThem(String line) {
        var result = millrace(line.split(" "));

        assertThat(result.err()).contains("cannot reach the gateway at http://127.0.0.1:1");
        assertThat(result.exitCode()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "--version", "jobs --help", "completion", "status", "down"})
    void inFullDiskShouldEndWithFiveAndSayWhy(String line) throws Exception {
        var err = new ByteArrayOutputStream();
        try (var full = new FileOutputStream("/dev/full")) {
            var screen = new Screen(
                    Screen.results(full), new PrintStream(err, true, StandardCharsets.UTF_8), false, false, null);
            var commands = Main.commandLine(
                    new Installation(SharedStack.ROOT), screen, Map.of("MILLRACE_STATE_DIR", directory.toString()));

            assertThat(Main.execute(commands, line.split(" "))).isEqualTo(5);
        }
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("standard output cannot be written: No space left on device")
                .doesNotContain("\tat ");
    }

    @Command(name = "broken")
    private static final class Broken implements Callable<Integer> {
        @Override
        public Integer call() {
            throw new NoClassDefFoundError("dev/millrace/Missing");
        }
    }

    /** If the error only ended its thread, the process would stay alive and do nothing. */
    @Test
    void inBrokenInstallationShouldEndWithFiveAndSayWhy() {
        var err = new ByteArrayOutputStream();
        var screen = new Screen(
                Screen.results(OutputStream.nullOutputStream()),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false,
                null);
        var commands = Main.commandLine(
                new Installation(SharedStack.ROOT), screen, Map.of("MILLRACE_STATE_DIR", directory.toString()));
        commands.addSubcommand(new Broken());

        assertThat(Main.execute(commands, "broken")).isEqualTo(5);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("dev/millrace/Missing");
    }

    @Test
    void inPortThatIsTakenShouldSaySoWithoutStartingAnything() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Path data = directory.resolve("data");

            var result = millrace("up", "--port", Integer.toString(taken.getLocalPort()), "--data", data.toString());

            assertThat(result.exitCode()).isEqualTo(2);
            assertThat(result.err())
                    .startsWith("error: bad value '" + taken.getLocalPort() + "' for --port")
                    .doesNotContain("\tat ");
            assertThat(data).doesNotExist();
        }
    }

    @Test
    void inOwnerThatFitsIntoNoHeaderShouldSayWhatIsAccepted() {
        var result = millrace("cancel", "jc77bf6b8730c16df9fd5", "--owner", "a\nb", "--gateway", "http://127.0.0.1:1");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains("for the owner; accepted: 1 to 100 letters, digits")
                .doesNotContain("\tat ");
    }

    @Test
    void inStatusThatIsNoneShouldNameThem() {
        var result = millrace("tasks", "--status", "bogus", "--gateway", "http://127.0.0.1:1");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("queued, placed, running, passed, failed, infrastructure, cancelled");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jobs", "tasks", "executors", "flaky", "pool show"})
    void inFormThatACommandDoesNotHaveShouldNameThoseItHas(String command) {
        var arguments = new ArrayList<>(List.of(command.split(" ", -1)));
        arguments.addAll(List.of("--output", "junit", "--gateway", "http://127.0.0.1:1"));

        var result = millrace(arguments.toArray(String[]::new));

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("[text, json]");
    }

    @Test
    void inStackThatWasKilledShouldNotTakeItForRunning() throws Exception {
        // Makes a zombie: a process that has ended but that its parent has not waited for. The first process of a
        // container often leaves
        // such zombies.
        var parent = new ProcessBuilder("sh", "-c", "exec 3<&0; cat <&3 & echo $!; exec sleep 600").start();
        long zombie = Long.parseLong(parent.inputReader().readLine());
        Path stat = Path.of("/proc/" + zombie + "/stat");
        // A shell would wait for its child, so the shell must first be replaced by another program.
        await("the shell has become another program")
                .atMost(Duration.ofSeconds(30))
                .until(() -> Files.readString(Path.of("/proc/" + parent.pid() + "/comm"))
                        .equals("sleep\n"));
        parent.getOutputStream().close();
        await("it has ended").atMost(Duration.ofSeconds(30)).until(() -> Files.readString(stat)
                .contains(") Z "));
        String[] fields = Files.readString(stat).split(" ", -1);
        String started =
                Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip() + " " + fields[21];
        Path state = Files.createDirectories(directory.resolve("state"));
        Files.writeString(
                state.resolve("stack.json"),
                "{\"pid\":" + zombie + ",\"start\":\"" + started
                        + "\",\"gateway\":\"http://127.0.0.1:1\",\"data\":\"/nowhere\"}");

        var result = millrace("status");

        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.out()).contains("no stack runs here");
        parent.destroyForcibly();
    }

    @ParameterizedTest
    @CsvSource({
        "kafka.bootstrap=a:1, the embedded stack makes it itself",
        "cassandra.keyspace=other, the embedded stack makes it itself",
        "artifacts.s3Endpoint=http://a:1, the embedded stack makes it itself",
        "gateway.port=81, use --port",
        "executor.slots=3, use --slots",
    })
    void inSettingThatWouldHaveNoEffectOnTheEmbeddedStackShouldRefuseIt(String setting, String why) {
        var result = millrace("up", "--set", setting);

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("cannot be set here").contains(why);
    }

    /** Tests a server that answers the handshake and one that does not, because the JDK's client sometimes misses the answer. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void inServerThatDoesNotSpeakTlsShouldSaySo(boolean answersHandshakes) throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var answering = new Thread(() -> answerInPlainText(server, answersHandshakes), "answers-in-plain-text");
            answering.start();

            var result = millrace("jobs", "--gateway", "https://127.0.0.1:" + server.getLocalPort());

            assertThat(result.exitCode()).isEqualTo(3);
            assertThat(result.err()).contains("does not speak TLS; name it with http://");
        }
    }

    /** Answers everything with 400 in plain text, as an HTTP server answers what is not a request, until {@code server} is closed. */
    private static void answerInPlainText(ServerSocket server, boolean answersHandshakes) {
        while (!server.isClosed()) {
            try (var client = server.accept()) {
                boolean isHandshake = client.getInputStream().read() == TLS_HANDSHAKE;
                if (answersHandshakes || !isHandshake) {
                    client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                    client.shutdownOutput();
                }
                client.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                // The client closed the connection, or the test has ended.
            }
        }
    }
}
