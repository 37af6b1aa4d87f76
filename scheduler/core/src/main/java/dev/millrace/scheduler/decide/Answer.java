package dev.millrace.scheduler.decide;

import dev.millrace.schemas.event.Event;
import java.util.List;

/**
 * The answer to an input.
 *
 * @param accepted whether the input itself changes the state
 * @param events decisions and orders, to be applied and published
 */
public record Answer(boolean accepted, List<Event> events) {
    static final Answer NOTHING = new Answer(false, List.of());

    static Answer accept(Event... events) {
        return new Answer(true, List.of(events));
    }

    static Answer emit(Event... events) {
        return new Answer(false, List.of(events));
    }
}
