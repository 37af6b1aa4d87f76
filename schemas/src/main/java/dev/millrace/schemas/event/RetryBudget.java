package dev.millrace.schemas.event;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What pays for another attempt: the test's own retries, those for trouble of the platform, or nothing. */
public enum RetryBudget {
    @JsonProperty("test")
    TEST,
    @JsonProperty("infrastructure")
    INFRASTRUCTURE,
    @JsonProperty("free")
    FREE,
    /** Another attempt cannot help: the outcome is final. */
    @JsonProperty("none")
    NONE
}
