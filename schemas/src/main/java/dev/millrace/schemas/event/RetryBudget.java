package dev.millrace.schemas.event;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The budget that another attempt is charged to: the retries for failures of the test, the retries for failures of the platform, no budget
 * because the retry is free, or none because there is no other attempt.
 */
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
