package dev.millrace.schemas.event;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The rule by which a task was chosen as the next one. */
public enum PlacementRule {
    /** The task is urgent. Urgent tasks come first while they hold less than their share of the pool's slots. */
    @JsonProperty("urgent")
    URGENT,
    /** The owner had used the least slot time in relation to its weight, and the task was the owner's first one. */
    @JsonProperty("fair-share")
    FAIR_SHARE,
    /** The owner was chosen as for fair share, but it was one of the regular turns that the owner's oldest job gets. */
    @JsonProperty("oldest")
    OLDEST,
    /** The task tears a scope down. Such tasks come first, whatever their owner's share and quota are, because others wait for the domain. */
    @JsonProperty("teardown")
    TEARDOWN;

    /** Returns the name that is used in JSON and shown to people. */
    public String wireName() {
        return WireName.of(this);
    }
}
