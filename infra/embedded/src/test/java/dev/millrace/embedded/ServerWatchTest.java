package dev.millrace.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Uses real server processes and kills them with SIGKILL, as the kernel does when memory is short. */
@Timeout(240)
class ServerWatchTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Path home;
    private final LinkedBlockingQueue<String> news = new LinkedBlockingQueue<>();
    private final EmbeddedServer server;
    private final ServerWatch watch;

    ServerWatchTest(@TempDir Path home) {
        this.home = home;
        this.server = new EmbeddedServer("idle", home.resolve("logs/idle.log"), this::launch, this::awaitUp);
        this.watch = new ServerWatch(List.of(server));
    }

    /**
     * A server that prints "up" and then does nothing. If the file {@code broken} exists in its working directory, it fails at once
     * instead.
     */
    public static final class Idle {
        private Idle() {}

        public static void main(String[] args) throws InterruptedException {
            if (Files.exists(Path.of("broken"))) {
                System.out.println("No space left on device");
                System.exit(1);
            }
            System.out.println("up");
            TimeUnit.HOURS.sleep(1);
        }
    }

    private ServerProcess launch() {
        return launch("idle", home, server.log());
    }

    private static ServerProcess launch(String name, Path home, Path log) {
        return ServerProcess.start(
                name,
                log,
                home,
                List.of("-cp", System.getProperty("java.class.path")),
                List.of(ChildMain.class.getName(), Idle.class.getName()));
    }

    private void awaitUp(ServerProcess process) {
        process.awaitReady(
                () -> Files.readString(ServerLogging.printed(server.log())).contains("up"), LIMIT);
    }

    private void startAll() {
        server.start();
        server.awaitReady();
        watch.onRestart(news::add);
        watch.start();
    }

    private void kill() {
        ProcessHandle.of(server.pid()).orElseThrow().destroyForcibly();
    }

    @AfterEach
    void stop() {
        watch.close();
        server.close();
    }

    @Test
    void inServerThatIsKilledShouldStartItAgainAndTell() throws Exception {
        startAll();
        long before = server.pid();

        kill();

        assertThat(news.poll(60, TimeUnit.SECONDS))
                .isEqualTo("the idle server ended with exit code 137 and was started again");
        assertThat(server.isAlive()).isTrue();
        assertThat(server.pid()).isNotEqualTo(before);
        assertThat(watch.failure()).isEmpty();
        assertThat(server.log().resolveSibling("idle.out.previous")).content().contains("up");
    }

    @Test
    void inServerThatDoesNotStartAgainShouldGiveUpAndNameItAndTheReasonAndItsLog() throws Exception {
        startAll();
        Files.createFile(home.resolve("broken"));

        kill();

        await("it is given up").atMost(LIMIT.multipliedBy(3)).until(() -> watch.failure()
                .isPresent());
        assertThat(watch.failure())
                .hasValue(
                        "the idle server cannot be kept running, although it was started again 3 times: the idle server ended"
                                + " with exit code 1: the disk is full; its log: " + server.log());
        assertThat(news).isEmpty();
    }

    @Test
    void inServerThatTakesLongToComeBackShouldStartOthersMeanwhile() throws Exception {
        var restarting = new AtomicBoolean();
        var mayBeReady = new CountDownLatch(1);
        Path slowHome = Files.createDirectory(home.resolve("slow"));
        Path slowLog = slowHome.resolve("slow.log");
        try (var slow = new EmbeddedServer("slow", slowLog, () -> launch("slow", slowHome, slowLog), process -> {
                    if (restarting.get()) {
                        awaited(mayBeReady);
                    }
                });
                var both = new ServerWatch(List.of(slow, server))) {
            slow.start();
            server.start();
            server.awaitReady();
            restarting.set(true);
            both.onRestart(news::add);
            both.start();
            ProcessHandle.of(slow.pid()).orElseThrow().destroyForcibly();
            kill();

            assertThat(news.poll(60, TimeUnit.SECONDS))
                    .isEqualTo("the idle server ended with exit code 137 and was started again");

            mayBeReady.countDown();
            assertThat(news.poll(60, TimeUnit.SECONDS))
                    .isEqualTo("the slow server ended with exit code 137 and was started again");
        }
    }

    private static void awaited(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void inStackThatEndsShouldStartNothing() {
        startAll();
        watch.close();

        kill();
        server.close();
        server.start();

        assertThat(server.isAlive()).isFalse();
    }
}
