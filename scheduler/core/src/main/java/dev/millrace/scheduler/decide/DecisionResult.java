package dev.millrace.scheduler.decide;

import dev.millrace.schemas.event.Event;
import java.util.List;

/**
 * The answer to an input.
 *
 * @param accepted whether the input itself changes the state
 * @param events the decisions and commands to apply and publish, in order
 */
public record DecisionResult(boolean accepted, List<Event> events) {
    static final DecisionResult NOTHING = new DecisionResult(false, List.of());

    static DecisionResult accept(Event... events) {
        return new DecisionResult(true, List.of(events));
    }
}
