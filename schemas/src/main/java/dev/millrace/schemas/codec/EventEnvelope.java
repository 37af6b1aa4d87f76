package dev.millrace.schemas.codec;

import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.EventType;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event together with its CloudEvents attributes.
 *
 * @param id derived from the type and data of the event, so a repeated event has the same id
 * @param source the service that produced the event, such as {@code /millrace/executor/e1}
 * @param time when the event was produced, by the producer's wall clock
 * @param traceparent W3C trace context, carried from submit to completion
 */
public record EventEnvelope(String id, String source, Instant time, @Nullable String traceparent, Event data) {
    public EventType type() {
        return EventType.of(data);
    }
}
