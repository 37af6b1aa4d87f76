package dev.millrace.executor.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.executor.disk.DiskTrouble;
import dev.millrace.executor.process.StopReason;
import dev.millrace.executor.process.TaskCgroup;
import dev.millrace.executor.process.TaskLimits;
import dev.millrace.schemas.event.CaseCounts;
import dev.millrace.schemas.event.Outcome;
import org.junit.jupiter.api.Test;

class OutcomeRulesTest {
    private static OutcomeRules.Ending end(StopReason stopped, int exitValue, CaseCounts cases) {
        return end(stopped, exitValue, cases, TaskCgroup.LimitViolation.NONE);
    }

    private static OutcomeRules.Ending end(
            StopReason stopped, int exitValue, CaseCounts cases, TaskCgroup.LimitViolation violation) {
        return end(stopped, exitValue, cases, violation, DiskTrouble.NONE);
    }

    private static OutcomeRules.Ending end(
            StopReason stopped,
            int exitValue,
            CaseCounts cases,
            TaskCgroup.LimitViolation violation,
            DiskTrouble disk) {
        return OutcomeRules.of(stopped, exitValue, cases, 1_000, 500L, violation, "10 MiB", disk);
    }

    @Test
    void inBadEndWithAllItMayHaveWrittenShouldBeItsOwnLimit() {
        var ending = end(StopReason.NONE, 1, CaseCounts.NONE, TaskCgroup.LimitViolation.NONE, DiskTrouble.OVER_LIMIT);

        assertThat(ending.outcome()).isEqualTo(Outcome.LIMIT_EXCEEDED);
        assertThat(ending.reason()).isEqualTo("reached its disk limit: 10 MiB");
    }

    @Test
    void inBadEndOnAFullMachineShouldBeTheMachinesFault() {
        for (int exitValue : new int[] {1, 134}) {
            assertThat(end(
                                    StopReason.NONE,
                                    exitValue,
                                    new CaseCounts(3, 0, 1, 0),
                                    TaskCgroup.LimitViolation.NONE,
                                    DiskTrouble.MACHINE_FULL)
                            .outcome())
                    .isEqualTo(Outcome.EXECUTOR_FAILED);
        }
    }

    @Test
    void inGoodEndOnAFullMachineShouldPass() {
        assertThat(end(StopReason.NONE, 0, CaseCounts.NONE, TaskCgroup.LimitViolation.NONE, DiskTrouble.MACHINE_FULL)
                        .outcome())
                .isEqualTo(Outcome.PASSED);
    }

    private static boolean explained(StopReason stopped, int exitValue, TaskCgroup.LimitViolation violation) {
        return OutcomeRules.explainedByCases(stopped, exitValue, violation, DiskTrouble.NONE, 8);
    }

    @Test
    void inCasesShouldExplainOnlyTheExitCodesOfTheirRunner() {
        assertThat(explained(StopReason.NONE, 0, TaskCgroup.LimitViolation.NONE))
                .isTrue();
        assertThat(explained(StopReason.NONE, 8, TaskCgroup.LimitViolation.NONE))
                .isTrue();
        assertThat(explained(StopReason.NONE, 1, TaskCgroup.LimitViolation.NONE))
                .isFalse();
        assertThat(explained(StopReason.NONE, 139, TaskCgroup.LimitViolation.NONE))
                .isFalse();
        assertThat(explained(StopReason.TIMED_OUT, 0, TaskCgroup.LimitViolation.NONE))
                .isFalse();
        assertThat(explained(StopReason.NONE, 8, violation(1, true, 0))).isFalse();
        assertThat(OutcomeRules.explainedByCases(
                        StopReason.NONE, 8, TaskCgroup.LimitViolation.NONE, DiskTrouble.OVER_LIMIT, 8))
                .isFalse();
    }

    private static TaskCgroup.LimitViolation violation(long oomKills, boolean atLimit, long refusedForks) {
        return TaskCgroup.LimitViolation.of(oomKills, atLimit, refusedForks, new TaskLimits(64 << 20, 1, 0, 100));
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
    void inKilledAtItsMemoryLimitShouldBeTheTasksOwnFault() {
        var ending = end(StopReason.NONE, 137, CaseCounts.NONE, violation(1, true, 0));

        assertThat(ending.outcome()).isEqualTo(Outcome.LIMIT_EXCEEDED);
        assertThat(ending.reason()).isEqualTo("used more memory than its limit of 64 MiB");
    }

    @Test
    void inKilledWithinItsMemoryLimitShouldBeTheMachinesFault() {
        assertThat(end(StopReason.NONE, 137, CaseCounts.NONE, violation(1, false, 0))
                        .outcome())
                .isEqualTo(Outcome.EXECUTOR_FAILED);
    }

    @Test
    void inRefusedProcessesShouldExceedALimitUnlessTheTaskCoped() {
        assertThat(end(StopReason.NONE, 2, CaseCounts.NONE, violation(0, false, 7))
                        .reason())
                .isEqualTo("wanted more than 100 processes and threads");
        assertThat(end(StopReason.NONE, 0, CaseCounts.NONE, violation(0, false, 7))
                        .outcome())
                .isEqualTo(Outcome.PASSED);
    }

    @Test
    void inTooMuchOnDiskShouldExceedALimit() {
        assertThat(end(StopReason.OVER_DISK, 143, CaseCounts.NONE).outcome()).isEqualTo(Outcome.LIMIT_EXCEEDED);
        assertThat(end(StopReason.NONE, 128 + 25, CaseCounts.NONE).outcome()).isEqualTo(Outcome.LIMIT_EXCEEDED);
    }

    @Test
    void inTimeoutShouldBeTimedOutHoweverTheProcessEnded() {
        assertThat(end(StopReason.DISK_SHORT, 137, CaseCounts.NONE).outcome()).isEqualTo(Outcome.EXECUTOR_FAILED);
        assertThat(end(StopReason.TIMED_OUT, 0, CaseCounts.NONE).outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(end(StopReason.TIMED_OUT, 143, CaseCounts.NONE).outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(end(StopReason.SILENT, 143, CaseCounts.NONE).outcome()).isEqualTo(Outcome.SILENT);
        assertThat(end(StopReason.REVOKED, 143, CaseCounts.NONE).outcome()).isEqualTo(Outcome.CANCELLED);
    }
}
