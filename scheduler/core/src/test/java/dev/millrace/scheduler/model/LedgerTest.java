package dev.millrace.scheduler.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.RetryBudget;
import java.util.List;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final Ledger PLACED = Ledger.NEW.placedOn("a");

    @Test
    void inPlacedShouldRememberWhereTheLastFourWere() {
        Ledger ledger =
                PLACED.placedOn("b").placedOn("c").placedOn("a").placedOn("d").placedOn("e");

        assertThat(ledger.tried()).containsExactly("c", "a", "d", "e");
        assertThat(ledger.attempts()).isEqualTo(6);
        assertThat(ledger.failedOn()).isEmpty();
    }

    @Test
    void inChargedShouldUseUpOneBudget() {
        Ledger test = PLACED.charged("a", Outcome.FAILED, RetryBudget.TEST);
        Ledger infrastructure = PLACED.charged("a", Outcome.EXECUTOR_LOST, RetryBudget.INFRASTRUCTURE);
        Ledger free = PLACED.charged("a", Outcome.RETURNED, RetryBudget.FREE);

        assertThat(test).isEqualTo(new Ledger(0, 1, 0, 1, 0, false, false, List.of("a"), List.of("a"), null));
        assertThat(infrastructure).isEqualTo(new Ledger(0, 1, 0, 0, 1, false, false, List.of("a"), List.of(), null));
        assertThat(free).isEqualTo(new Ledger(0, 1, 0, 0, 0, false, false, List.of("a"), List.of(), null));
    }

    @Test
    void inFailureThatCostsNothingShouldHaveHadItsSecondOpinion() {
        Ledger asked = PLACED.charged("a", Outcome.FAILED, RetryBudget.FREE);

        assertThat(asked.secondOpinion()).isTrue();
        assertThat(asked.charged("b", Outcome.FAILED, RetryBudget.TEST).secondOpinion())
                .isTrue();
        assertThat(asked.failedOn()).containsExactly("a");
    }

    @Test
    void inFreshShouldHaveNoAttemptInThisRun() {
        assertThat(Ledger.NEW.isFresh()).isTrue();
        assertThat(PLACED.isFresh()).isFalse();
        assertThat(Ledger.rerun(2, 3).isFresh()).isTrue();
        assertThat(Ledger.rerun(2, 3).placedOn("a").isFresh()).isFalse();
    }

    @Test
    void inReopenedShouldBeginAnotherRunWithFullBudgets() {
        Ledger used = PLACED.withHedge().charged("a", Outcome.FAILED, RetryBudget.TEST);

        assertThat(used.reopened()).isEqualTo(new Ledger(1, 1, 0, 0, 0, false, false, List.of("a"), List.of(), null));
    }
}
