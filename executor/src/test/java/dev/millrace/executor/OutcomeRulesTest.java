package dev.millrace.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.event.CaseCounts;
import dev.millrace.schemas.event.Outcome;
import org.junit.jupiter.api.Test;

class OutcomeRulesTest {
    private static OutcomeRules.Ending end(StopReason stopped, int exitValue, CaseCounts cases) {
        return OutcomeRules.of(stopped, exitValue, cases, 1_000, 500L);
    }

    @Test
    void inZeroShouldPass() {
        assertThat(end(StopReason.NONE, 0, CaseCounts.NONE).outcome()).isEqualTo(Outcome.PASSED);
    }

    @Test
    void inZeroWithFailingCasesShouldFail() {
        assertThat(end(StopReason.NONE, 0, new CaseCounts(5, 0, 0, 1)).outcome())
                .isEqualTo(Outcome.FAILED);
    }

    @Test
    void inSignalShouldCrashAndNameIt() {
        var ending = end(StopReason.NONE, 139, CaseCounts.NONE);

        assertThat(ending.outcome()).isEqualTo(Outcome.CRASHED);
        assertThat(ending.signal()).isEqualTo("SIGSEGV");
        assertThat(ending.exitCode()).isNull();
    }

    @Test
    void inTimeoutShouldBeTimedOutHoweverTheProcessEnded() {
        assertThat(end(StopReason.TIMED_OUT, 0, CaseCounts.NONE).outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(end(StopReason.TIMED_OUT, 143, CaseCounts.NONE).outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(end(StopReason.SILENT, 143, CaseCounts.NONE).outcome()).isEqualTo(Outcome.SILENT);
        assertThat(end(StopReason.REVOKED, 143, CaseCounts.NONE).outcome()).isEqualTo(Outcome.CANCELLED);
    }
}
