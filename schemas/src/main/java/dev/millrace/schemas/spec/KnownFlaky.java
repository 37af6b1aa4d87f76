package dev.millrace.schemas.spec;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a job treats a test that is known to be flaky. */
public enum KnownFlaky {
    /** The test is treated like any other. */
    @JsonProperty("gate")
    GATE,
    /** The test runs and is reported, but cannot fail the job. */
    @JsonProperty("report")
    REPORT
}
