package dev.millrace.schemas.event;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The terminal state of a task. */
public enum Verdict {
    @JsonProperty("passed")
    PASSED,
    @JsonProperty("failed")
    FAILED,
    @JsonProperty("infrastructure")
    INFRASTRUCTURE,
    @JsonProperty("cancelled")
    CANCELLED;

    /** Returns the name that is used in JSON and shown to people. */
    public String wireName() {
        return WireName.of(this);
    }
}
