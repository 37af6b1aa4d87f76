package dev.millrace.schemas.event;

import com.fasterxml.jackson.annotation.JsonIgnore;

/** The data of one event. {@link EventType} defines its type and its topic. */
public sealed interface Event permits PoolEvent, Command, GenerationStarted, Tick, OutputChunk {

    /**
     * Returns the id of the entity that the event is about or is addressed to. It is the record key. It also selects the partition, unless
     * the topic is partitioned by pool.
     */
    @JsonIgnore
    String key();
}
