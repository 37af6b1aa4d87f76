package dev.millrace.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.gateway.live.KnownJob.Phase;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.codec.EventEnvelope;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.JobAdmitted;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobCounts;
import dev.millrace.schemas.event.JobRetryStarted;
import dev.millrace.schemas.event.JobStatus;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.Priority;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class KnownJobTest {
    private static final String JOB = "j0123456789abcdef0123";
    private static final Digest SPEC = Digest.of(new byte[0]);
    private static final KnownJob SUBMITTED =
            KnownJob.of(new JobSubmitted(JOB, "p", "me", "n", "pr", Priority.NORMAL, SPEC, 7));

    private static Frame frame(Decision event) {
        return new Frame(event.sequence(), "p", JOB, new EventEnvelope("id", "/s", Instant.EPOCH, null, event));
    }

    private static Frame admitted() {
        return frame(new JobAdmitted(JOB, "p", 1, "me", "n", "pr", Priority.NORMAL, SPEC, 7));
    }

    private static Frame completed(int run) {
        return frame(new JobCompleted(
                JOB, "p", 2, "me", "n", "pr", JobStatus.PASSED, JobCounts.NONE, "", 7, 8, run == 0 ? null : run));
    }

    @Test
    void isNotKnownBySubmissionIfItMayHaveEndedLongAgo() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            var kafka = new KafkaSettings("127.0.0.1:1", 1, 1, 1, 1_000, false, null);
            var hub = new JobHub(vertx, kafka, "test", 1 << 20, Duration.ofSeconds(1));
            var job = new JobSubmitted(JOB, "p", "me", "n", "pr", Priority.NORMAL, SPEC, 7);

            hub.remember(job.asMaybeRepeated());

            assertThat(hub.known(JOB)).isEmpty();
            hub.remember(job);
            assertThat(hub.known(JOB)).isPresent();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void beginsWithItsAdmissionAndEndsWithItsEnd() {
        KnownJob begun = SUBMITTED.after(admitted());
        KnownJob ended = begun.after(completed(0));

        assertThat(SUBMITTED.phase()).isEqualTo(Phase.SUBMITTED);
        assertThat(begun.phase()).isEqualTo(Phase.BEGUN);
        assertThat(ended.phase()).isEqualTo(Phase.ENDED);
    }

    @Test
    void thatWasReopenedHasNotEndedWithTheRunBefore() {
        var reopening = new JobRetryStarted(JOB, "p", 3, "me", 1, false, 1, JobCounts.NONE, null);
        KnownJob again = SUBMITTED.after(admitted()).reopened(reopening, 99);

        assertThat(again.after(completed(0)).phase()).isEqualTo(Phase.BEGUN);
        assertThat(again.after(completed(1)).phase()).isEqualTo(Phase.ENDED);
        assertThat(again.reopenedAtMs()).isEqualTo(99);
    }
}
