package dev.millrace.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.codec.EventEnvelope;
import dev.millrace.schemas.event.JobCounts;
import dev.millrace.schemas.event.JobProgress;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResequencerTest {
    private final Resequencer resequencer = new Resequencer(300, 60_000);

    private static Frame frame(long sequence) {
        var event = new JobProgress("j0123456789abcdef0123", "p", sequence, JobCounts.NONE, null);
        return new Frame(sequence, "p", event.jobId(), new EventEnvelope("id", "/s", Instant.EPOCH, null, event));
    }

    private static List<Long> sequences(List<Frame> frames) {
        return frames.stream().map(Frame::sequence).toList();
    }

    @Test
    void inFirstFramesShouldWaitAMomentForEarlierOnes() {
        assertThat(resequencer.add(frame(7), 10, 0)).isEmpty();
        assertThat(resequencer.add(frame(6), 10, 100)).isEmpty();

        assertThat(sequences(resequencer.expire(300))).containsExactly(6L, 7L);
    }

    @Test
    void inFramesOutOfOrderShouldReleaseThemInOrder() {
        resequencer.add(frame(1), 10, 0);
        resequencer.expire(300);

        assertThat(resequencer.add(frame(3), 10, 400)).isEmpty();
        assertThat(sequences(resequencer.add(frame(2), 10, 410))).containsExactly(2L, 3L);
    }

    @Test
    void inGapThatStaysShouldSkipItAfterAPatience() {
        resequencer.add(frame(1), 10, 0);
        resequencer.expire(300);
        resequencer.add(frame(3), 10, 400);

        assertThat(resequencer.expire(60_399)).isEmpty();
        assertThat(sequences(resequencer.expire(60_400))).containsExactly(3L);
        assertThat(resequencer.add(frame(2), 10, 60_410)).isEmpty();
    }
}
