package dev.millrace.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.codec.EventEnvelope;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.JobCounts;
import dev.millrace.schemas.event.JobProgress;
import dev.millrace.schemas.event.OwnerQuotaChanged;
import dev.millrace.schemas.event.PoolSettingsChanged;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class FrameTest {
    private static final String JOB = "j0123456789abcdef0123";

    private static Frame frame(Decision decision) {
        return Objects.requireNonNull(Frame.of(new EventEnvelope("id", "/s", Instant.EPOCH, null, decision)));
    }

    /**
     * Anybody can give an owner or a pool a name that looks like a job ID. Events of that owner or pool must not reach the watchers of the
     * job.
     */
    @Test
    void isOfNoJobIfOnlyANameInItIsLikeOne() {
        assertThat(frame(new OwnerQuotaChanged("p", 7, "op", JOB, 1, 0)).jobId())
                .isNull();
        assertThat(frame(new PoolSettingsChanged(JOB, 7, "op", 60, 10)).jobId()).isNull();
        assertThat(frame(new JobProgress(JOB, "p", 7, JobCounts.NONE, null)).jobId())
                .isEqualTo(JOB);
    }
}
