package dev.millrace.schemas.event;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Who waits: a person (urgent), a pipeline (normal) or nobody (bulk). In the order in which tasks are placed. */
public enum Priority {
    @JsonProperty("urgent")
    URGENT,
    @JsonProperty("normal")
    NORMAL,
    @JsonProperty("bulk")
    BULK;

    /** The name on the wire and for people. */
    public String wireName() {
        return WireName.of(this);
    }
}
