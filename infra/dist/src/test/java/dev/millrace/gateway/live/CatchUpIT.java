package dev.millrace.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dist.Records;
import dev.millrace.dist.SharedStack;
import dev.millrace.gateway.live.KnownJob.Phase;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.schemas.event.JobAdmitted;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.topic.Topic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Reads the past events of a job at a gateway whose clock is, or was, far ahead of Kafka's clock. */
@Timeout(180)
class CatchUpIT {
    private static final SharedStack STACK = SharedStack.get();
    private static final KafkaSettings KAFKA = STACK.platform().kafka();
    private static final long AHEAD_MS = Duration.ofMinutes(5).toMillis();

    private static JobCompleted end;
    private static List<Long> story;

    @BeforeAll
    static void runAJob(@TempDir Path directory) throws Exception {
        Path spec = directory.resolve("job.yaml");
        Files.writeString(spec, "{apiVersion: millrace.dev/v1, name: clocks, tasks: [{id: t, command: ['true']}]}");
        String jobId =
                STACK.millrace("submit", "--no-wait", spec.toString()).out().strip();
        assertThat(STACK.millrace("watch", jobId).exitCode()).isZero();
        end = Records.of(KAFKA, Topic.COMPLETIONS, JobCompleted.class).stream()
                .filter(it -> it.jobId().equals(jobId))
                .findFirst()
                .orElseThrow();
        List<Frame> frames = read(known(0, Phase.ENDED), 0);
        assertThat(frames.get(0).envelope().data()).isInstanceOf(JobAdmitted.class);
        assertThat(frames.get(frames.size() - 1).envelope().data()).isEqualTo(end);
        story = sequences(frames);
    }

    private static KnownJob known(long aheadMs, Phase phase) {
        return new KnownJob(
                end.jobId(),
                end.pool(),
                end.owner(),
                end.name(),
                end.project(),
                "normal",
                end.submittedAtMs() + aheadMs,
                "",
                0,
                null,
                phase);
    }

    private static List<Frame> read(KnownJob job, long aheadMs) {
        long now = System.currentTimeMillis() + aheadMs;
        var frames = new ArrayList<Frame>();
        try (CatchUp past = CatchUp.open(KAFKA, job, 0, 0, () -> Long.MAX_VALUE, now)) {
            CatchUp.Page page = past.next();
            while (!page.complete()) {
                frames.addAll(page.frames());
                page = past.next();
            }
            frames.addAll(page.frames());
        }
        return frames;
    }

    private static List<Long> sequences(List<Frame> frames) {
        return frames.stream().map(Frame::sequence).toList();
    }

    @Test
    void whileTheClockIsAheadAJobThatEndedIsFoundFromItsBeginningToItsEnd() {
        assertThat(sequences(read(known(AHEAD_MS, Phase.ENDED), AHEAD_MS))).isEqualTo(story);
    }

    @Test
    void whileTheClockIsAheadAJobThatBeganIsFoundFromItsBeginning() {
        assertThat(sequences(read(known(AHEAD_MS, Phase.BEGUN), AHEAD_MS))).isEqualTo(story);
    }

    @Test
    void afterTheClockWasSetBackAJobIsSoughtFromBeforeThePresent() {
        assertThat(sequences(read(known(AHEAD_MS, Phase.SUBMITTED), 0))).isEqualTo(story);
    }

    @Test
    void aJobOfWhichNothingIsOnTheTopicsYetIsNotSoughtInAllOfThem() {
        assertThat(read(known(AHEAD_MS, Phase.SUBMITTED), AHEAD_MS)).isEmpty();
    }
}
