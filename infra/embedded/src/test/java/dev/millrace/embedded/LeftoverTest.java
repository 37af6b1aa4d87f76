package dev.millrace.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class LeftoverTest {
    private static final Duration SOON = Duration.ofMillis(200);

    @TempDir
    private Path home = Path.of(".");

    /** A server that prints "up" and then does nothing. */
    public static final class Idle {
        private Idle() {}

        public static void main(String[] args) throws InterruptedException {
            System.out.println("up");
            TimeUnit.HOURS.sleep(1);
        }
    }

    private Path log(String name) {
        return home.resolve("logs").resolve(name);
    }

    private ServerProcess server(String log) {
        return ServerProcess.start(
                "idle",
                log(log),
                home,
                List.of("-cp", System.getProperty("java.class.path")),
                List.of(ChildMain.class.getName(), Idle.class.getName()));
    }

    private void awaitUp(ServerProcess server, String log) {
        server.awaitReady(
                () -> Files.readString(ServerLogging.printed(log(log))).contains("up"), Duration.ofSeconds(60));
    }

    /** Waits until this JVM has noticed that the server ended. The server's lock is free a moment before that. */
    private static void awaitEnd(ServerProcess server) {
        await("its end").atMost(Duration.ofSeconds(30)).until(() -> !server.isAlive());
    }

    @Test
    void inServerThatOutlivesItsStackShouldKillItBeforeAnotherStarts() {
        var first = server("first");
        awaitUp(first, "first");

        Leftover.end("idle", home, SOON);

        awaitEnd(first);
        var second = server("second");
        awaitUp(second, "second");
        second.close();
    }

    @Test
    void inServerThatEndsByItselfShouldWaitForIt() {
        var first = server("first");
        awaitUp(first, "first");
        var closing = new Thread(first::close, "close");
        closing.start();

        Leftover.end("idle", home, Duration.ofSeconds(60));

        awaitEnd(first);
    }

    @Test
    void inSecondServerOnTheSameDataShouldNotRun() throws Exception {
        var first = server("first");
        awaitUp(first, "first");

        var second = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-D" + ChildMain.LOCK + "=" + home.resolve(Leftover.LOCK),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChildMain.class.getName(),
                        Idle.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(second.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(second.waitFor()).isEqualTo(75);
        assertThat(said).contains("another server holds").doesNotContain("up\n");
        first.kill();
    }

    @Test
    void inNumberThatWentToAnotherProcessShouldRefuseAndKillNobody() throws Exception {
        var holder = server("first");
        awaitUp(holder, "first");
        var stranger = new ProcessBuilder("sleep", "600").start();
        Files.writeString(home.resolve(Leftover.LOCK), Long.toString(stranger.pid()), StandardOpenOption.WRITE);

        assertThatThrownBy(() -> Leftover.end("idle", home, SOON))
                .isInstanceOf(EmbeddedServerException.class)
                .hasMessageContaining("held by a process that is none of its servers");

        assertThat(stranger.isAlive()).isTrue();
        stranger.destroyForcibly();
        holder.kill();
    }

    @Test
    void inLockOfTheDeadShouldGoOnAtOnce() throws Exception {
        Files.writeString(home.resolve(Leftover.LOCK), "1");

        Leftover.end("idle", home, SOON);

        try (FileChannel free = FileChannel.open(home.resolve(Leftover.LOCK), StandardOpenOption.WRITE)) {
            assertThat(free.tryLock()).isNotNull();
        }
    }
}
