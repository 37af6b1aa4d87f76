package dev.millrace.schemas.event;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The terminal state of a job. */
public enum JobStatus {
    /** Every gating task passed. */
    @JsonProperty("passed")
    PASSED,
    @JsonProperty("failed")
    FAILED,
    /** No gating task failed, but at least one could not be decided. */
    @JsonProperty("infrastructure")
    INFRASTRUCTURE,
    @JsonProperty("cancelled")
    CANCELLED,
    /** The planner could not cut the job into tasks, or the dispatcher had no capacity for the job. */
    @JsonProperty("rejected")
    REJECTED;

    /** Returns the name that is used in JSON and shown to people. */
    public String wireName() {
        return WireName.of(this);
    }
}
