package dev.millrace.scheduler.state.quarantine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.Fixtures;
import dev.millrace.scheduler.model.RetryRecord;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.Priority;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FailureScoreTest {
    private static final double EXPECTED = 0.02;

    private final FailureScore score = new FailureScore();

    private void fail(int times) {
        IntStream.range(0, times).forEach(i -> score.failed("task" + i, "owner"));
    }

    private void failAndConfirm(int test) {
        score.failed("task" + test, "owner");
        score.confirmed("task" + test, "test" + test, "owner", EXPECTED);
    }

    /** One confirmed failure adds ln(0.5 / 0.02) = 3.22 to the score. Four failures add 12.9, which is more than the limit of 12. */
    @Test
    void inFourConfirmedFailuresShouldBeSick() {
        IntStream.range(0, 3).forEach(this::failAndConfirm);
        assertThat(score.isSick()).isFalse();

        failAndConfirm(3);
        assertThat(score.isSick()).isTrue();
        assertThat(score.evidence()).containsExactly("task0", "task1", "task2", "task3");
    }

    @Test
    void inOneOwnerAmongOthersShouldNotMakeItSickAlone() {
        IntStream.range(0, 10).forEach(this::failAndConfirm);
        assertThat(score.onlyAccuser()).isEqualTo("owner");

        score.limitOwners();
        assertThat(score.isSick()).isFalse();

        for (int i = 20; i < 22; i++) {
            score.failed("task" + i, "other");
            score.confirmed("task" + i, "test" + i, "other", EXPECTED);
        }
        score.limitOwners();
        assertThat(score.isSick()).isTrue();
        assertThat(score.onlyAccuser()).isNull();
    }

    /**
     * One pass adds ln(0.5 / 0.98) = −0.67 to the score. Two passes bring the score of four failures below the limit, and a further failure
     * raises it above the limit again. Five passes outweigh one failure.
     */
    @Test
    void inPassesShouldSpeakForIt() {
        IntStream.range(0, 4).forEach(this::failAndConfirm);
        IntStream.range(0, 2).forEach(i -> score.passed(EXPECTED));
        assertThat(score.isSick()).isFalse();

        failAndConfirm(4);
        assertThat(score.isSick()).isTrue();
    }

    @Test
    void inPassesThatOutweighAllFailuresShouldBeginAnew() {
        failAndConfirm(0);
        IntStream.range(0, 4).forEach(i -> score.passed(EXPECTED));
        assertThat(score.evidence()).containsExactly("task0");

        score.passed(EXPECTED);
        assertThat(score.evidence()).isEmpty();
    }

    @Test
    void inOneTestThatFailsAgainAndAgainShouldCountOnce() {
        for (int i = 0; i < 10; i++) {
            score.failed("task" + i, "owner");
            score.confirmed("task" + i, "the same", "owner", EXPECTED);
        }

        assertThat(score.isSick()).isFalse();
        assertThat(score.failures()).isEqualTo(1);
        assertThat(score.evidence()).containsExactly("task9");
    }

    @Test
    void inFailureThatWasClearedOrForgottenShouldNotCount() {
        score.failed("cleared", "owner");
        score.exonerated("cleared");
        score.confirmed("cleared", "a", "owner", EXPECTED);
        score.failed("forgotten", "owner");
        score.forgetOpen("forgotten");
        score.confirmed("forgotten", "b", "owner", EXPECTED);

        assertThat(score.failures()).isZero();
        assertThat(score.ended()).isZero();
    }

    @Test
    void inThirdFailureInARowShouldBeDoubted() {
        fail(2);
        assertThat(score.isDoubted()).isFalse();

        fail(1);
        assertThat(score.isDoubted()).isTrue();
        assertThat(score.isOnProbation(false)).isTrue();

        score.endProbation();
        assertThat(score.isDoubted()).isFalse();
    }

    @Test
    void inPassShouldEndTheRow() {
        fail(2);
        score.passed(EXPECTED);
        fail(2);

        assertThat(score.isDoubted()).isFalse();
    }

    @Test
    void inDoubtedOfWhichNothingIsOpenShouldNotBeOnProbation() {
        fail(3);
        IntStream.range(0, 3).forEach(i -> score.forgetOpen("task" + i));

        assertThat(score.isDoubted()).isTrue();
        assertThat(score.isOnProbation(false)).isFalse();
    }

    @Test
    void inExoneratedShouldTakeTwiceAsMuchToDoubtIt() {
        score.failed("test's own fault", "owner");
        score.exonerated("test's own fault");

        fail(5);
        assertThat(score.isDoubted()).isFalse();
        fail(1);
        assertThat(score.isDoubted()).isTrue();

        score.passed(EXPECTED);
        fail(3);
        assertThat(score.isDoubted()).as("after a pass").isTrue();
    }

    @Test
    void inManyExonerationsShouldStillBeDoubtedAtLast() {
        IntStream.range(0, 20).forEach(i -> {
            score.failed("t" + i, "owner");
            score.exonerated("t" + i);
        });

        fail(47);
        assertThat(score.isDoubted()).isFalse();
        fail(1);
        assertThat(score.isDoubted()).isTrue();
    }

    @Test
    void inOldResultsShouldFade() {
        IntStream.range(0, 10).forEach(this::failAndConfirm);
        IntStream.range(0, 189).forEach(i -> score.passed(EXPECTED));
        assertThat(score.ended()).isEqualTo(199);
        assertThat(score.failures()).isEqualTo(10);

        score.passed(EXPECTED);
        assertThat(score.ended()).isEqualTo(100);
        assertThat(score.failures()).isEqualTo(5);
    }

    @Test
    void inEvidenceAndVerdictsShouldRememberTheNewestOnly() {
        IntStream.range(0, 33).forEach(this::failAndConfirm);
        for (int i = 0; i < 21; i++) {
            TaskInfo task = Fixtures.task(1, i, "owner", Priority.NORMAL, 1_000, Needs.NOTHING);
            score.gaveFailedVerdict(new FailureScore.Verdict(task, RetryRecord.NEW, Outcome.FAILED, "e1"));
        }

        assertThat(score.evidence()).hasSize(32).doesNotContain("task0").contains("task1", "task32");
        assertThat(score.failedVerdicts())
                .extracting(it -> it.task().index())
                .hasSize(20)
                .startsWith(1)
                .endsWith(20);
    }
}
