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
    /** No tasks could be made of it. */
    @JsonProperty("rejected")
    REJECTED;

    /** The name on the wire and for people. */
    public String wireName() {
        return WireName.of(this);
    }
}
