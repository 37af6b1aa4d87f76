package dev.millrace.checker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.LeaseExpired;
import dev.millrace.schemas.event.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Proves for each invariant that the checker finds a log that breaks it, and that it accepts logs that break none. */
class ScopeCheckerTest {
    private static final Digest OTHER = Digest.of(new byte[] {9});

    private static ScopeLog log(int tests) {
        return ScopeLog.of(tests);
    }

    @Test
    void inSoundLogsShouldFindNothing() {
        assertThat(log(2).setUp().run(0).run(1).tearDown().end().violations()).isEmpty();
        var twoEpochs = log(2).setUp().run(0).tearDown();
        twoEpochs
                .epoch(2)
                .open()
                .place(2, 2)
                .report(2, 2)
                .decide(2, 2, Outcome.PASSED, new dev.millrace.schemas.event.Epoch(1, 1), 1)
                .activate();
        assertThat(twoEpochs
                        .run(1)
                        .drain()
                        .tearDown(ScopeLog.CONTEXT)
                        .place(3, 2)
                        .report(3, 2)
                        .decide(3, 2, Outcome.PASSED, new dev.millrace.schemas.event.Epoch(1, 1), 1)
                        .close()
                        .end()
                        .violations())
                .isEmpty();
        assertThat(log(1).setUp()
                        .run(0)
                        .drain()
                        .tearDown(ScopeLog.CONTEXT)
                        .run(2, 1, Outcome.FAILED)
                        .quarantine()
                        .release()
                        .end()
                        .violations())
                .isEmpty();
    }

    @Test
    void inTwoSetUpsOfAnEpochShouldFindTheFirstInvariantBroken() {
        assertThat(log(1).open().place(1, 1).place(1, 2).broken()).containsExactly(1);
        assertThat(log(1).epoch(2).open().broken())
                .as("an epoch that is missing")
                .containsExactly(1);
    }

    @Test
    void inTestBeforeTheSetUpShouldFindTheSecondInvariantBroken() {
        assertThat(log(1).open().place(1, 1).place(0, 1).broken()).containsExactly(2);
        assertThat(log(1).open().activate().broken())
                .as("active without a set-up")
                .containsExactly(2);
        assertThat(log(1).place(0, 1).broken()).as("a scope that is not open").containsExactly(2);
    }

    @Test
    void inTearDownBesideATestShouldFindTheThirdInvariantBroken() {
        assertThat(log(1).setUp().place(0, 1).drain().tearDown(ScopeLog.CONTEXT).broken())
                .containsExactly(3);
        assertThat(log(2).setUp().run(0).drain().place(1, 1).broken())
                .as("a test of a scope that is drained")
                .containsExactly(3);
        assertThat(log(1).setUp().run(0).drain().place(2, 1).broken())
                .as("a tear-down that is too early")
                .containsExactly(3);
        assertThat(log(1).setUp().run(0).tearDown(ScopeLog.CONTEXT).broken())
                .as("not drained")
                .containsExactly(3);
    }

    @Test
    void inAttemptWhoseEndTheLogTellsInAnotherWayShouldFindNothing() {
        var lost = log(1).setUp().place(0, 1);
        lost.add(new LeaseExpired("e1", ScopeLog.POOL, lost.decisions().size() + 50, "i1", "-", List.of()));
        var heartbeat = log(1).setUp().place(0, 1);
        heartbeat.add(new ExecutorHeartbeat("e1", ScopeLog.POOL, "i1", 0, "-", List.of()));

        assertThat(heartbeat.drain().tearDown(ScopeLog.CONTEXT).broken()).isEmpty();
        var other = log(1).setUp().place(0, 1);
        other.add(new ExecutorHeartbeat("e1", ScopeLog.POOL, "i2", 0, "-", List.of()));
        assertThat(other.drain().tearDown(ScopeLog.CONTEXT).broken())
                .as("another incarnation")
                .containsExactly(3);
    }

    @Test
    void inListOfAnExecutorThatIsOlderThanTheStartOfAnAttemptShouldNotTakeItForGone() {
        var older = log(1).setUp().place(0, 1).start(0, 1, 20).list(19L);
        var untimed = log(1).setUp().place(0, 1).list(null).start(0, 1, 20);

        assertThat(older.drain().tearDown(ScopeLog.CONTEXT).broken()).containsExactly(3);
        assertThat(untimed.drain().tearDown(ScopeLog.CONTEXT).broken()).containsExactly(3);
    }

    @Test
    void inListThatIsReadBeforeAnOlderStartShouldTakeTheAttemptForGone() {
        var log = log(1).setUp().place(0, 1).list(21L).start(0, 1, 20);

        assertThat(log.drain().tearDown(ScopeLog.CONTEXT).broken()).isEmpty();
    }

    @Test
    void inLogThatShouldBeWholeShouldFindWhatNeverEnds() {
        assertThat(ScopeChecker.checkWhole(log(1).setUp().entries(), 100))
                .extracting(Violation::invariant)
                .containsExactlyInAnyOrder(6, 9);
        assertThat(ScopeChecker.checkWhole(
                        log(1).setUp().run(0).tearDown().end().entries(), 100))
                .isEmpty();
    }

    @Test
    void inEpochWithoutATearDownShouldFindTheFourthInvariantBroken() {
        assertThat(log(1).setUp()
                        .run(0)
                        .drain()
                        .tearDown(ScopeLog.CONTEXT)
                        .close()
                        .broken())
                .containsExactly(4);
        assertThat(log(1).setUp()
                        .run(0)
                        .drain()
                        .tearDown(ScopeLog.CONTEXT)
                        .run(2)
                        .place(2, 2)
                        .broken())
                .as("torn down twice")
                .containsExactly(4);
        assertThat(log(1).setUp()
                        .run(0)
                        .drain()
                        .tearDown(ScopeLog.CONTEXT)
                        .quarantine()
                        .broken())
                .as("a quarantine without a tear-down that failed")
                .containsExactly(4);
        assertThat(log(1).setUp()
                        .run(0)
                        .drain()
                        .tearDown(ScopeLog.CONTEXT)
                        .run(2, 1, Outcome.FAILED)
                        .closeWaived()
                        .broken())
                .as("isolation waived although the job did not ask for it")
                .containsExactly(4);
    }

    @Test
    void inTwoScopesOfADomainShouldFindTheFifthInvariantBroken() {
        assertThat(log(1).setUp().another().open().broken()).containsExactly(5);
        assertThat(log(1).setUp()
                        .run(0)
                        .drain()
                        .tearDown(ScopeLog.CONTEXT)
                        .run(2, 1, Outcome.FAILED)
                        .quarantine()
                        .another()
                        .open()
                        .broken())
                .as("a domain in quarantine")
                .containsExactly(5);
        assertThat(log(1).release().broken())
                .as("released without a quarantine")
                .containsExactly(5);
    }

    @Test
    void inVerdictsThatAreMissingOrTwoShouldFindTheSixthInvariantBroken() {
        assertThat(log(2).setUp().run(0).tearDown().end().broken()).containsExactly(6);
        assertThat(log(1).decide(0, 0, Outcome.CANCELLED, null, 0)
                        .decide(0, 0, Outcome.CANCELLED, null, 0)
                        .broken())
                .containsExactly(6);
        assertThat(log(1).setUp().run(0, 1, Outcome.SETUP_FAILED).broken())
                .as("an attempt of a test whose set-up failed")
                .containsExactly(6);
    }

    @Test
    void inDecisionFromWhatHasEndedShouldFindTheSeventhInvariantBroken() {
        assertThat(log(1).setUp().decide(0, 1, Outcome.PASSED).broken()).containsExactly(7);
        assertThat(log(1).setUp().run(0).tearDown().drain().broken())
                .as("an epoch that is closed")
                .containsExactly(7);
    }

    @Test
    void inMoreTestsThanAllowedShouldFindTheEighthInvariantBroken() {
        assertThat(log(2).setUp().place(0, 1).place(1, 1).broken()).containsExactly(8);
        assertThat(log(1).setUp().place(0, 1).hedge(0).broken())
                .as("a second attempt")
                .containsExactly(8);
    }

    @Test
    void inHoldThatIsTooLongShouldFindTheNinthInvariantBroken() {
        assertThat(log(1).setUp().later(ScopeLog.MAX_HOLD_MS + 100).run(0).broken())
                .containsExactly(9);
        assertThat(log(1).setUp()
                        .run(0)
                        .drain()
                        .tearDown(ScopeLog.CONTEXT)
                        .run(2)
                        .end()
                        .broken())
                .as("a job that ends while its scope is open")
                .containsExactly(9);
    }

    @Test
    void inAnotherContextShouldFindTheTenthInvariantBroken() {
        assertThat(log(1).setUp().place(0, 1, OTHER).broken()).containsExactly(10);
        assertThat(log(1).setUp().run(0).drain().tearDown(OTHER).broken()).containsExactly(10);
    }
}
