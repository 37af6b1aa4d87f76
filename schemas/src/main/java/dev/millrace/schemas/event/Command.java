package dev.millrace.schemas.event;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * An order of the dispatcher to one executor about one attempt. It has no sequence of its own: the decision from which it follows has, and
 * is published with it.
 */
public sealed interface Command extends Event permits TaskDispatched, AttemptRevoked {
    String executorId();

    /** The attempt that it is about. */
    @JsonIgnore
    AttemptKey attemptKey();

    @Override
    default String key() {
        return executorId();
    }
}
