package dev.millrace.schemas.event;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Why it was the turn of a task. */
public enum PlacementRule {
    /** Urgent tasks come first while they hold no more than their part of the pool. */
    @JsonProperty("urgent")
    URGENT,
    /** Its owner had had the least slot time for its weight; within the owner it was first. */
    @JsonProperty("fair-share")
    FAIR_SHARE,
    /** As fair share, and the turn that each owner's oldest job has now and then. */
    @JsonProperty("oldest")
    OLDEST;

    /** The name on the wire and for people. */
    public String wireName() {
        return WireName.of(this);
    }
}
