package dev.millrace.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.client.Patience.Next;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private static final long ASK = Patience.ASK_EVERY.toNanos();
    private static final long LONG = Patience.GIVE_UP.toNanos();

    private final Patience patience = new Patience(0);

    @Test
    void asksOnlyInSilence() {
        assertThat(patience.asks(ASK - 1)).isFalse();
        assertThat(patience.asks(ASK)).isTrue();

        patience.heard(ASK);

        assertThat(patience.asks(2 * ASK - 1)).isFalse();
    }

    @Test
    void asksAgainAfterAnAnswer() {
        patience.answered(ASK, null);

        assertThat(patience.asks(2 * ASK - 1)).isFalse();
        assertThat(patience.asks(2 * ASK)).isTrue();
    }

    @Test
    void waitsForEverForAGatewayThatIsReady() {
        assertThat(patience.answered(Duration.ofDays(1).toNanos(), null)).isEqualTo(Next.WAIT);
        assertThat(patience.answered(Duration.ofDays(2).toNanos(), null)).isEqualTo(Next.WAIT);
    }

    @Test
    void tellsOfATroubleOnceAndGivesUpWhenItLasts() {
        assertThat(patience.answered(ASK, "kafka")).isEqualTo(Next.TELL);
        assertThat(patience.answered(2 * ASK, "kafka")).isEqualTo(Next.WAIT);
        assertThat(patience.answered(ASK + LONG - 1, "kafka")).isEqualTo(Next.WAIT);
        assertThat(patience.answered(ASK + LONG, "kafka")).isEqualTo(Next.GIVE_UP);
    }

    @Test
    void countsAnewOnceAllWasWell() {
        patience.answered(ASK, "kafka");
        patience.answered(2 * ASK, null);
        assertThat(patience.answered(ASK + LONG, "kafka")).isEqualTo(Next.TELL);

        patience.heard(2 * LONG);

        assertThat(patience.answered(3 * LONG, "kafka")).isEqualTo(Next.TELL);
    }
}
