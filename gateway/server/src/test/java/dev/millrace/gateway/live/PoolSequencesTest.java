package dev.millrace.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.codec.EventEnvelope;
import dev.millrace.schemas.event.JobCounts;
import dev.millrace.schemas.event.JobProgress;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class PoolSequencesTest {
    private static final long IDLE = 100_000;

    private final PoolSequences pools = new PoolSequences(new PoolSequences.Limits(300, 60_000, 100, IDLE));

    private static Frame frame(String pool, long sequence) {
        var event = new JobProgress("j0123456789abcdef0123", pool, sequence, JobCounts.NONE, null);
        return new Frame(sequence, pool, event.jobId(), new EventEnvelope("id", "/s", Instant.EPOCH, null, event));
    }

    private static List<Long> sequences(PoolSequences.Released released) {
        return released.frames().stream().map(Frame::sequence).toList();
    }

    private void begin(String pool) {
        pools.add(frame(pool, 1), 10, 0);
        pools.expire(300);
    }

    @Test
    void inGapsWithinTheLimitShouldWait() {
        begin("a");
        begin("b");

        assertThat(sequences(pools.add(frame("a", 3), 60, 400))).isEmpty();
        assertThat(sequences(pools.add(frame("b", 3), 40, 400))).isEmpty();
        assertThat(sequences(pools.add(frame("a", 2), 10, 500))).containsExactly(2L, 3L);
    }

    @Test
    void inMoreThanTheLimitShouldSkipTheGapThatHoldsMostAndTell() {
        begin("a");
        begin("b");
        pools.add(frame("a", 3), 60, 400);

        var released = pools.add(frame("b", 3), 41, 400);

        assertThat(released.gapsIn()).containsExactly("a");
        assertThat(released.frames()).singleElement().matches(it -> it.pool().equals("a") && it.sequence() == 3);
        assertThat(sequences(pools.add(frame("b", 2), 10, 500))).containsExactly(2L, 3L);
    }

    @Test
    void inOneFrameSentAgainAndAgainShouldCountItOnce() {
        begin("a");
        for (int i = 0; i < 20; i++) {
            assertThat(sequences(pools.add(frame("a", 3), 10, 400))).isEmpty();
        }

        assertThat(sequences(pools.add(frame("a", 2), 10, 500))).containsExactly(2L, 3L);
    }

    @Test
    void inFirstFramesBeyondTheLimitShouldReleaseThemWithoutAGap() {
        var released = pools.add(frame("a", 7), 101, 0);

        assertThat(sequences(released)).containsExactly(7L);
        assertThat(released.gapsIn()).isEmpty();
    }

    @Test
    void inGapThatStaysShouldSkipItAfterAPatienceAndTell() {
        begin("a");
        pools.add(frame("a", 3), 10, 400);

        assertThat(pools.expire(60_399).frames()).isEmpty();
        var released = pools.expire(60_400);
        assertThat(sequences(released)).containsExactly(3L);
        assertThat(released.gapsIn()).containsExactly("a");
    }

    @Test
    void inPoolThatIsQuietForAWhileShouldForgetItUnlessItIsWatched() {
        begin("quiet");
        begin("watched");
        pools.watch("watched");

        pools.expire(IDLE);

        assertThat(pools.size()).isEqualTo(1);
        assertThat(pools.lastReleased("quiet")).isEqualTo(-1);
        assertThat(pools.lastReleased("watched")).isEqualTo(1);
        pools.unwatch("watched");
        pools.expire(2 * IDLE);
        assertThat(pools.size()).isZero();
    }

    @Test
    void inPoolThatIsUsedShouldKeepIt() {
        begin("used");
        pools.add(frame("used", 2), 10, IDLE - 1);

        pools.expire(IDLE);

        assertThat(pools.lastReleased("used")).isEqualTo(2);
    }
}
