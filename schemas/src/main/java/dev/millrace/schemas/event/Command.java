package dev.millrace.schemas.event;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * An order of the dispatcher to one executor about one attempt. A command has no sequence number of its own. The decision that causes it
 * has one, and both are published together.
 */
public sealed interface Command extends Event permits TaskDispatched, AttemptRevoked {
    String executorId();

    /** Returns the attempt that the command is about. */
    @JsonIgnore
    AttemptKey attemptKey();

    @Override
    default String key() {
        return executorId();
    }
}
