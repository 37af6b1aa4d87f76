package dev.millrace.schemas.event;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether an executor gets new work. */
public enum Standing {
    @JsonProperty("active")
    ACTIVE,
    /** The executor gets no new work, because the executor itself or an operator asked for that. */
    @JsonProperty("draining")
    DRAINING,
    /** The executor gets no new work, because too many tasks failed on it that passed elsewhere. */
    @JsonProperty("suspect")
    SUSPECT;

    /** Returns the name that is used in JSON and shown to people. */
    public String wireName() {
        return WireName.of(this);
    }
}
