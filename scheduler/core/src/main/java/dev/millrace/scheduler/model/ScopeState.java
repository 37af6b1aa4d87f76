package dev.millrace.scheduler.model;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.ScopeRules;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A scope of an open job: tests that share what one set-up makes and one tear-down removes. Durable. An epoch is one time that the scope
 * holds its domain: it is opened, set up, active, drained, torn down and closed. A scope has another epoch if its set-up failed and may be
 * tried again, or if it held its domain for too long.
 *
 * @param jobOrder position of its job among the jobs of its owner
 * @param rules absent until its set-up has arrived
 * @param epoch number of the present or last epoch; 0 before the first
 * @param openedAtMs wall time at which the epoch began
 * @param activeAtMs wall time since which its tests may run in this epoch; 0 before that
 * @param warned whether it was said in this epoch that it holds its domain for too long
 * @param setupPlaced whether an attempt of its set-up was placed in this epoch; then this epoch must be torn down
 * @param setupPassed whether its set-up succeeded in this epoch
 * @param context digest of the tree that the set-up of this epoch left; absent if it left none
 * @param failure why none of its tests can run any more, for people; absent while they can
 * @param setup the set-up, if it has a verdict
 * @param teardown the tear-down, if it has a verdict
 */
public record ScopeState(
        String jobId,
        String id,
        String owner,
        long jobOrder,
        @Nullable ScopeRules rules,
        Phase phase,
        int epoch,
        long openedAtMs,
        long activeAtMs,
        boolean warned,
        boolean setupPlaced,
        boolean setupPassed,
        @Nullable Digest context,
        @Nullable String failure,
        @Nullable Decided setup,
        @Nullable Decided teardown) {
    /** Where a scope is in its epoch. */
    public enum Phase {
        /** It does not hold its domain, and waits for it. */
        PENDING,
        SETTING_UP,
        /** Its tests may run. */
        ACTIVE,
        /** No further test is placed, and attempts may still run. */
        DRAINING,
        TEARING_DOWN,
        /** It is not opened again. */
        CLOSED,
        /** Its tear-down failed for good, so that nobody may open a scope of its domain. It is not opened again. */
        QUARANTINED;

        /** Returns whether a scope in this phase holds its domain. */
        public boolean holds() {
            return this == SETTING_UP || this == ACTIVE || this == DRAINING || this == TEARING_DOWN;
        }

        /** Returns whether nothing more happens to a scope in this phase. */
        public boolean isOver() {
            return this == CLOSED || this == QUARANTINED;
        }
    }

    /** A set-up or tear-down with its verdict. It is kept, because it runs again if the scope has another epoch. */
    public record Decided(TaskInfo info, RetryRecord retryRecord, Outcome outcome) {}

    /** Creates a scope of which nothing is known yet but its name. */
    public static ScopeState of(String id, JobInfo job) {
        return new ScopeState(
                job.jobId(),
                id,
                job.owner(),
                job.admittedSequence(),
                null,
                Phase.PENDING,
                0,
                0,
                0,
                false,
                false,
                false,
                null,
                null,
                null,
                null);
    }

    /** Returns an id that is unique in the pool. */
    public static String key(String jobId, String id) {
        return jobId + "/" + id;
    }

    public String key() {
        return key(jobId, id);
    }

    /** Returns the name of the domain, which is unique in the pool. */
    public String domain() {
        return rules == null ? key() : rules.domain();
    }

    public ScopeState with(ScopeRules its) {
        int last = its.epochs() == null ? epoch : Math.max(epoch, its.epochs());
        return copy(
                its,
                phase,
                last,
                openedAtMs,
                activeAtMs,
                warned,
                setupPlaced,
                setupPassed,
                context,
                failure,
                setup,
                teardown);
    }

    public ScopeState opened(int newEpoch, long wallMs) {
        return copy(rules, Phase.SETTING_UP, newEpoch, wallMs, 0, false, false, false, null, failure, setup, teardown);
    }

    public ScopeState in(Phase next) {
        return copy(
                rules,
                next,
                epoch,
                openedAtMs,
                activeAtMs,
                warned,
                setupPlaced,
                setupPassed,
                context,
                failure,
                setup,
                teardown);
    }

    public ScopeState activated(@Nullable Digest its, long wallMs) {
        return copy(
                rules,
                Phase.ACTIVE,
                epoch,
                openedAtMs,
                wallMs,
                warned,
                setupPlaced,
                setupPassed,
                its,
                failure,
                setup,
                teardown);
    }

    public ScopeState warnedOfItsHold() {
        return copy(
                rules,
                phase,
                epoch,
                openedAtMs,
                activeAtMs,
                true,
                setupPlaced,
                setupPassed,
                context,
                failure,
                setup,
                teardown);
    }

    public ScopeState placedItsSetup() {
        return copy(
                rules,
                phase,
                epoch,
                openedAtMs,
                activeAtMs,
                warned,
                true,
                setupPassed,
                context,
                failure,
                setup,
                teardown);
    }

    /** Keeps the tree that an attempt of the set-up left, even if the attempt failed: the tear-down may need it. */
    public ScopeState left(@Nullable Digest its) {
        return its == null
                ? this
                : copy(
                        rules,
                        phase,
                        epoch,
                        openedAtMs,
                        activeAtMs,
                        warned,
                        setupPlaced,
                        setupPassed,
                        its,
                        failure,
                        setup,
                        teardown);
    }

    /** Notes the verdict of the set-up. Any but the one that it passed means that the tests of the scope can never run. */
    public ScopeState setUp(Decided its, String reason) {
        boolean passed = its.outcome() == Outcome.PASSED;
        return copy(
                rules,
                phase,
                epoch,
                openedAtMs,
                activeAtMs,
                warned,
                setupPlaced,
                passed,
                context,
                passed ? failure : reason,
                its,
                teardown);
    }

    public ScopeState failed(String reason) {
        return copy(
                rules,
                phase,
                epoch,
                openedAtMs,
                activeAtMs,
                warned,
                setupPlaced,
                setupPassed,
                context,
                reason,
                setup,
                teardown);
    }

    public ScopeState tornDown(Decided its) {
        return copy(
                rules,
                phase,
                epoch,
                openedAtMs,
                activeAtMs,
                warned,
                setupPlaced,
                setupPassed,
                context,
                failure,
                setup,
                its);
    }

    /** Returns its set-up and its tear-down, as far as they have a verdict. */
    public List<Decided> decided() {
        return Stream.of(setup, teardown).filter(Objects::nonNull).toList();
    }

    /** Notes that the set-up or the tear-down runs again, so that it has no verdict any more. */
    public ScopeState reopened(String taskId) {
        boolean isSetup = setup != null && setup.info().taskId().equals(taskId);
        return copy(
                rules,
                phase,
                epoch,
                openedAtMs,
                activeAtMs,
                warned,
                setupPlaced,
                setupPassed,
                context,
                failure,
                isSetup ? null : setup,
                isSetup ? teardown : null);
    }

    private ScopeState copy(
            @Nullable ScopeRules newRules,
            Phase newPhase,
            int newEpoch,
            long newOpenedAtMs,
            long newActiveAtMs,
            boolean newWarned,
            boolean newSetupPlaced,
            boolean newSetupPassed,
            @Nullable Digest newContext,
            @Nullable String newFailure,
            @Nullable Decided newSetup,
            @Nullable Decided newTeardown) {
        return new ScopeState(
                jobId,
                id,
                owner,
                jobOrder,
                newRules,
                newPhase,
                newEpoch,
                newOpenedAtMs,
                newActiveAtMs,
                newWarned,
                newSetupPlaced,
                newSetupPassed,
                newContext,
                newFailure,
                newSetup,
                newTeardown);
    }
}
