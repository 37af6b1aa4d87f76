package dev.millrace.scheduler.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.RetryBudget;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetryRecordTest {
    private static final RetryRecord PLACED = RetryRecord.NEW.placedOn("a");

    @Test
    void inPlacedShouldRememberWhereTheLastFourWere() {
        RetryRecord retryRecord =
                PLACED.placedOn("b").placedOn("c").placedOn("a").placedOn("d").placedOn("e");

        assertThat(retryRecord.tried()).containsExactly("c", "a", "d", "e");
        assertThat(retryRecord.attempts()).isEqualTo(6);
        assertThat(retryRecord.failedOn()).isEmpty();
    }

    @Test
    void inChargedShouldUseUpOneBudget() {
        RetryRecord test = PLACED.charged("a", Outcome.FAILED, RetryBudget.TEST);
        RetryRecord infrastructure = PLACED.charged("a", Outcome.EXECUTOR_LOST, RetryBudget.INFRASTRUCTURE);
        RetryRecord free = PLACED.charged("a", Outcome.RETURNED, RetryBudget.FREE);

        assertThat(test).isEqualTo(new RetryRecord(0, 1, 0, 1, 0, false, false, List.of("a"), List.of("a"), null));
        assertThat(infrastructure)
                .isEqualTo(new RetryRecord(0, 1, 0, 0, 1, false, false, List.of("a"), List.of(), null));
        assertThat(free).isEqualTo(new RetryRecord(0, 1, 0, 0, 0, false, false, List.of("a"), List.of(), null));
    }

    @Test
    void inFailureThatCostsNothingShouldHaveHadItsSecondOpinion() {
        RetryRecord asked = PLACED.charged("a", Outcome.FAILED, RetryBudget.FREE);

        assertThat(asked.secondOpinion()).isTrue();
        assertThat(asked.charged("b", Outcome.FAILED, RetryBudget.TEST).secondOpinion())
                .isTrue();
        assertThat(asked.failedOn()).containsExactly("a");
    }

    @Test
    void inFreshShouldHaveNoAttemptInThisRun() {
        assertThat(RetryRecord.NEW.isFresh()).isTrue();
        assertThat(PLACED.isFresh()).isFalse();
        assertThat(RetryRecord.retryOf(2, 3).isFresh()).isTrue();
        assertThat(RetryRecord.retryOf(2, 3).placedOn("a").isFresh()).isFalse();
    }

    @Test
    void inReopenedShouldBeginAnotherRunWithFullBudgets() {
        RetryRecord used = PLACED.withHedge().charged("a", Outcome.FAILED, RetryBudget.TEST);

        assertThat(used.reopened())
                .isEqualTo(new RetryRecord(1, 1, 0, 0, 0, false, false, List.of("a"), List.of(), null));
    }
}
