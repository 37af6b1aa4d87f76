package dev.millrace.schemas.codec;

import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.EventType;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event with the attributes it travels with.
 *
 * @param id a function of what the event says, so a repetition has the same id
 * @param source the service that said it, such as {@code /millrace/executor/e1}
 * @param time when its producer made it, by the producer's wall clock
 * @param traceparent W3C trace context, carried from submit to completion
 */
public record EventEnvelope(String id, String source, Instant time, @Nullable String traceparent, Event data) {
    public EventType type() {
        return EventType.of(data);
    }
}
