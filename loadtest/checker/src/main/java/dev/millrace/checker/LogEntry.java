package dev.millrace.checker;

import dev.millrace.schemas.event.Event;

/**
 * An event as it is in the log.
 *
 * @param at when it was appended. Only the order of these times counts, between topics; decisions of a pool are ordered by their sequence
 */
public record LogEntry(Event event, long at) {}
