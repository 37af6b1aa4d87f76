package dev.millrace.scheduler.decide;

import dev.millrace.scheduler.model.Now;
import dev.millrace.schemas.event.Event;

/** Prepares what a pool publishes. Called by the thread that drives the pool. */
@FunctionalInterface
public interface Publisher {
    /**
     * Prepares an event before it is applied, so that no event is applied that cannot be published.
     *
     * @throws RuntimeException if the event cannot be published, for example because it is too large; it is not applied
     */
    void prepare(Event event, Now now);
}
