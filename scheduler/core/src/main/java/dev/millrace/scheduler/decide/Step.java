package dev.millrace.scheduler.decide;

import dev.millrace.schemas.event.Event;
import java.util.List;

/**
 * The events that are due next.
 *
 * @param events the events to apply and publish; empty if nothing is due
 * @param settled ids of jobs for which nothing is due until another event about them is applied
 */
public record Step(List<Event> events, List<String> settled) {
    static Step of(List<Event> events) {
        return new Step(events, List.of());
    }
}
