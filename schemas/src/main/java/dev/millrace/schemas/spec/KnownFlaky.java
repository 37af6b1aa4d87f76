package dev.millrace.schemas.spec;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a job treats a test that is known to be flaky. */
public enum KnownFlaky {
    /** The same as any other. */
    @JsonProperty("gate")
    GATE,
    /** It runs and is reported, and cannot fail the job. */
    @JsonProperty("report")
    REPORT
}
