package dev.millrace.schemas.event;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How an attempt ended: the closed table of outcomes, each with the budget that pays and the verdict it leads to. */
public enum Outcome {
    @JsonProperty("passed")
    PASSED(RetryBudget.NONE, Verdict.PASSED, JUnitElement.NONE),
    /** Exit code other than 0, or failing cases. */
    @JsonProperty("failed")
    FAILED(RetryBudget.TEST, Verdict.FAILED, JUnitElement.FAILURE),
    /** Ended by a signal that was not ours. */
    @JsonProperty("crashed")
    CRASHED(RetryBudget.TEST, Verdict.FAILED, JUnitElement.ERROR),
    @JsonProperty("timed-out")
    TIMED_OUT(RetryBudget.TEST, Verdict.FAILED, JUnitElement.ERROR),
    /** Wrote nothing for as long as its silence timeout. */
    @JsonProperty("silent")
    SILENT(RetryBudget.TEST, Verdict.FAILED, JUnitElement.ERROR),
    /** A limit of the task itself: memory, processes, disk. */
    @JsonProperty("limit-exceeded")
    LIMIT_EXCEEDED(RetryBudget.TEST, Verdict.FAILED, JUnitElement.ERROR),
    /** There is no such command. */
    @JsonProperty("not-started")
    NOT_STARTED(RetryBudget.NONE, Verdict.FAILED, JUnitElement.ERROR),
    @JsonProperty("setup-failed")
    SETUP_FAILED(RetryBudget.NONE, Verdict.FAILED, JUnitElement.ERROR),
    @JsonProperty("inputs-unavailable")
    INPUTS_UNAVAILABLE(RetryBudget.INFRASTRUCTURE, Verdict.INFRASTRUCTURE, JUnitElement.ERROR),
    /** The executor could not do its part: disk, spool, store. */
    @JsonProperty("executor-failed")
    EXECUTOR_FAILED(RetryBudget.INFRASTRUCTURE, Verdict.INFRASTRUCTURE, JUnitElement.ERROR),
    /** The lease ended, or another incarnation took the executor's place. */
    @JsonProperty("executor-lost")
    EXECUTOR_LOST(RetryBudget.INFRASTRUCTURE, Verdict.INFRASTRUCTURE, JUnitElement.ERROR),
    /** Given back unfinished by an executor that drains. */
    @JsonProperty("returned")
    RETURNED(RetryBudget.FREE, Verdict.INFRASTRUCTURE, JUnitElement.ERROR),
    /** Another attempt of the task decided it first. */
    @JsonProperty("superseded")
    SUPERSEDED(RetryBudget.FREE, Verdict.INFRASTRUCTURE, JUnitElement.ERROR),
    /** Nothing could run it for as long as tasks may wait. */
    @JsonProperty("expired")
    EXPIRED(RetryBudget.NONE, Verdict.INFRASTRUCTURE, JUnitElement.ERROR),
    @JsonProperty("cancelled")
    CANCELLED(RetryBudget.NONE, Verdict.CANCELLED, JUnitElement.SKIPPED);

    /** The element a merged JUnit XML shows for a task, or for the cases of it that did not finish. */
    public enum JUnitElement {
        NONE,
        FAILURE,
        ERROR,
        SKIPPED
    }

    private final RetryBudget budget;
    private final Verdict finalVerdict;
    private final JUnitElement junit;

    Outcome(RetryBudget budget, Verdict finalVerdict, JUnitElement junit) {
        this.budget = budget;
        this.finalVerdict = finalVerdict;
        this.junit = junit;
    }

    public RetryBudget budget() {
        return budget;
    }

    /** The verdict on the task when no further attempt follows. */
    public Verdict finalVerdict() {
        return finalVerdict;
    }

    public JUnitElement junit() {
        return junit;
    }

    /** The name on the wire and for people, such as {@code timed-out}. */
    public String wireName() {
        return WireName.of(this);
    }
}
