package dev.millrace.schemas.event;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The budget that pays for another attempt: the test's own retries, those for trouble of the platform, or none. */
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
