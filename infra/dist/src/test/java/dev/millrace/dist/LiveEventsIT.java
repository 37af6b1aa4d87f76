package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.gateway.live.Frame;
import dev.millrace.gateway.live.JobHub;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A gateway reports a problem while its live events are stuck, and stops reporting it when they continue. */
class LiveEventsIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration STILL = Duration.ofSeconds(5);

    private final SharedStack stack = SharedStack.get();
    private final Vertx vertx = Vertx.vertx();
    private final CountDownLatch goOn = new CountDownLatch(1);

    /** Blocks the hub at the first frame. */
    private final JobHub.Listener stuck = new JobHub.Listener() {
        @Override
        public void frame(Frame frame) {
            try {
                goOn.await(LIMIT.toSeconds(), TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void gap() {
            // Gaps do not matter in this test.
        }
    };

    @AfterEach
    void close() {
        goOn.countDown();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void inHubThatStandsStillShouldBeInTroubleUntilItGoesOn() throws Exception {
        var hub = new JobHub(vertx, stack.platform().kafka(), "still", 1 << 20, STILL);
        assertThat(hub.trouble()).contains("not followed yet");
        hub.start().toCompletionStage().toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(hub.trouble()).isNull();
        String jobId = stack.millrace(
                        "submit",
                        "--no-wait",
                        SharedStack.spec(
                                        "still",
                                        "apiVersion: millrace.dev/v1\nname: still\ntasks: [{id: t, command: [sleep, '3']}]\n")
                                .toString())
                .out()
                .strip();

        hub.listen(jobId, "default", stuck);

        await("it stands still").atMost(LIMIT).until(() -> hub.trouble() != null);
        assertThat(hub.trouble()).contains("nothing was read for");
        goOn.countDown();
        await("it goes on").atMost(LIMIT).until(() -> hub.trouble() == null);
    }
}
