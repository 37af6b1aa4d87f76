package dev.millrace.schemas.event;

import com.fasterxml.jackson.annotation.JsonIgnore;

/** The data of one event. Its type, topic and schema are those that {@link EventType} gives its class. */
public sealed interface Event permits PoolEvent, Command, GenerationStarted, Tick, OutputChunk {

    /** The id of the entity the event is about or for; the record key, and unless the topic says otherwise the partition. */
    @JsonIgnore
    String key();
}
