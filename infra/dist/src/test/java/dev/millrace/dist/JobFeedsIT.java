package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Watchers get the same events from a gateway that keeps only a few events of each job in memory as from one that keeps all. */
class JobFeedsIT {
    private static final SharedStack STACK = SharedStack.get();
    private static final Duration LONG = Duration.ofSeconds(120);

    private static LaunchedProcess process;
    private static URI small;

    @BeforeAll
    static void start() throws Exception {
        process = ServedProcess.start(STACK, "gateway", "gateway.maxStreamBacklog=100");
        await("the gateway is ready").atMost(LONG).until(process::isReady);
        small = ServedProcess.address(process);
    }

    @AfterAll
    static void stop() {
        process.close();
    }

    private static String job(int tasks, String command) {
        String list = IntStream.range(0, tasks)
                .mapToObj(i -> "{id: t" + i + ", command: [" + command + "]}")
                .collect(Collectors.joining(", "));
        Path spec = SharedStack.spec("feeds", "{apiVersion: millrace.dev/v1, name: feeds, tasks: [" + list + "]}");
        return STACK.millrace("submit", "--no-wait", spec.toString()).out().strip();
    }

    private static List<JsonNode> read(URI gateway, String jobId, String cursor) {
        try {
            return EventStream.read(gateway, jobId, cursor, Integer.MAX_VALUE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aWatcherGetsAllOfAJobOfWhichTheGatewayKeepsOnlyTheEnd() {
        String jobId = job(60, "'true'");
        List<JsonNode> whole = read(STACK.gateway(), jobId, "");
        assertThat(whole).hasSizeGreaterThan(150);
        List<String> cursors = EventStream.cursors(whole);

        assertThat(EventStream.cursors(read(small, jobId, ""))).isEqualTo(cursors);
        assertThat(EventStream.cursors(read(small, jobId, cursors.get(9))))
                .isEqualTo(cursors.subList(10, cursors.size()));
        int late = cursors.size() - 20;
        assertThat(EventStream.cursors(read(small, jobId, cursors.get(late - 1))))
                .isEqualTo(cursors.subList(late, cursors.size()));
        assertThat(read(small, jobId, cursors.get(cursors.size() - 1))).isEmpty();
    }

    @Test
    void manyWatchersWhoComeAtAnyTimeAllGetTheSame() {
        String jobId = job(30, "sleep, '0.1'");
        List<CompletableFuture<List<JsonNode>>> watchers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            URI gateway = i % 2 == 0 ? small : STACK.gateway();
            watchers.add(CompletableFuture.supplyAsync(
                    () -> read(gateway, jobId, ""),
                    CompletableFuture.delayedExecutor(
                            100L * i, java.util.concurrent.TimeUnit.MILLISECONDS, task -> new Thread(task).start())));
        }
        List<String> cursors = EventStream.cursors(read(STACK.gateway(), jobId, ""));
        assertThat(cursors.stream().map(Long::parseLong)).isSorted().doesNotHaveDuplicates();
        assertThat(watchers).allSatisfy(watcher -> assertThat(EventStream.cursors(watcher.join()))
                .isEqualTo(cursors));
    }
}
