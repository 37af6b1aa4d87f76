package dev.millrace.schemas.event;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a task is for. A task without a role is a test. */
public enum Role {
    /** Makes what the tasks of a scope share. */
    @JsonProperty("setup")
    SETUP,
    /** Removes what the set-up of a scope made. */
    @JsonProperty("teardown")
    TEARDOWN;

    /** Returns the name that is used in JSON and shown to people. */
    public String wireName() {
        return WireName.of(this);
    }
}
