package dev.millrace.checker;

import dev.millrace.schemas.event.Event;

/**
 * An event that breaks a promise.
 *
 * @param invariant number of the invariant, as the list at the checker says
 * @param what what is wrong
 */
public record Violation(int invariant, String what, Event event) {
    @Override
    public String toString() {
        return "invariant " + invariant + ": " + what + ": " + event;
    }
}
