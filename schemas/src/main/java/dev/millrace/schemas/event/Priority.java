package dev.millrace.schemas.event;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Who waits for a job: a person (urgent), a pipeline (normal) or nobody (bulk). The constants are in the order in which tasks are placed.
 */
public enum Priority {
    @JsonProperty("urgent")
    URGENT,
    @JsonProperty("normal")
    NORMAL,
    @JsonProperty("bulk")
    BULK;

    /** Returns the name that is used in JSON and shown to people. */
    public String wireName() {
        return WireName.of(this);
    }
}
