package dev.millrace.schemas.event;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How an attempt ended. The set of outcomes is fixed. Each outcome defines the budget that another attempt is charged to, and the verdict
 * on the task if no further attempt follows.
 */
public enum Outcome {
    @JsonProperty("passed")
    PASSED(RetryBudget.NONE, Verdict.PASSED, JUnitElement.NONE),
    /** The command exited with another code than 0, or test cases failed. */
    @JsonProperty("failed")
    FAILED(RetryBudget.TEST, Verdict.FAILED, JUnitElement.FAILURE),
    /** The process was ended by a signal that the executor did not send. */
    @JsonProperty("crashed")
    CRASHED(RetryBudget.TEST, Verdict.FAILED, JUnitElement.ERROR),
    @JsonProperty("timed-out")
    TIMED_OUT(RetryBudget.TEST, Verdict.FAILED, JUnitElement.ERROR),
    /** The task wrote no output for the length of its silence timeout. */
    @JsonProperty("silent")
    SILENT(RetryBudget.TEST, Verdict.FAILED, JUnitElement.ERROR),
    /** The task exceeded one of its own limits: memory, processes, disk. */
    @JsonProperty("limit-exceeded")
    LIMIT_EXCEEDED(RetryBudget.TEST, Verdict.FAILED, JUnitElement.ERROR),
    /** The command could not be started because of the task itself, for example because the command does not exist. */
    @JsonProperty("not-started")
    NOT_STARTED(RetryBudget.NONE, Verdict.FAILED, JUnitElement.ERROR),
    /** The set-up of the test's scope has used all its attempts, so the test did not run. */
    @JsonProperty("setup-failed")
    SETUP_FAILED(RetryBudget.NONE, Verdict.FAILED, JUnitElement.ERROR),
    /** The platform could not run the set-up of the test's scope, so the test did not run. */
    @JsonProperty("setup-unavailable")
    SETUP_UNAVAILABLE(RetryBudget.NONE, Verdict.INFRASTRUCTURE, JUnitElement.ERROR),
    @JsonProperty("inputs-unavailable")
    INPUTS_UNAVAILABLE(RetryBudget.INFRASTRUCTURE, Verdict.INFRASTRUCTURE, JUnitElement.ERROR),
    /** The executor itself failed, for example because of its disk, its spool or the blob store. */
    @JsonProperty("executor-failed")
    EXECUTOR_FAILED(RetryBudget.INFRASTRUCTURE, Verdict.INFRASTRUCTURE, JUnitElement.ERROR),
    /** The executor's lease expired, or its incarnation ended and the end of the attempt was not reported. */
    @JsonProperty("executor-lost")
    EXECUTOR_LOST(RetryBudget.INFRASTRUCTURE, Verdict.INFRASTRUCTURE, JUnitElement.ERROR),
    /** A draining executor gave the attempt back before it finished. */
    @JsonProperty("returned")
    RETURNED(RetryBudget.FREE, Verdict.INFRASTRUCTURE, JUnitElement.ERROR),
    /** Another attempt of the task decided it first. */
    @JsonProperty("superseded")
    SUPERSEDED(RetryBudget.FREE, Verdict.INFRASTRUCTURE, JUnitElement.ERROR),
    /** No executor could run the task within the longest time that a task may wait. */
    @JsonProperty("expired")
    EXPIRED(RetryBudget.NONE, Verdict.INFRASTRUCTURE, JUnitElement.ERROR),
    @JsonProperty("cancelled")
    CANCELLED(RetryBudget.NONE, Verdict.CANCELLED, JUnitElement.SKIPPED);

    /** The element that the merged JUnit XML contains for a task, or for those of its cases that did not finish. */
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

    /** Returns the name that is used in JSON and shown to people, such as {@code timed-out}. */
    public String wireName() {
        return WireName.of(this);
    }
}
