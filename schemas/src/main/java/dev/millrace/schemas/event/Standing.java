package dev.millrace.schemas.event;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether an executor gets work. */
public enum Standing {
    @JsonProperty("active")
    ACTIVE,
    /** No new work: it said so itself, or an operator did. */
    @JsonProperty("draining")
    DRAINING,
    /** No new work: it failed too much that passed elsewhere. */
    @JsonProperty("suspect")
    SUSPECT;

    /** The name on the wire and for people. */
    public String wireName() {
        return WireName.of(this);
    }
}
