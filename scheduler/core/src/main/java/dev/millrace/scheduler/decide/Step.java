package dev.millrace.scheduler.decide;

import dev.millrace.schemas.event.Event;
import java.util.List;

/**
 * The events that are due next.
 *
 * @param events to be applied and published; none if nothing is due
 * @param settled jobs for which nothing is due any more, until an event touches them again
 */
public record Step(List<Event> events, List<String> settled) {
    static Step of(List<Event> events) {
        return new Step(events, List.of());
    }
}
