package dev.millrace.scheduler.decide;

import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.event.Command;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/**
 * Collects the events that follow from one input, in order, and numbers the decisions among them. An instance is for one step of one pool.
 */
final class Decisions {
    private final String pool;
    private final List<Event> events = new ArrayList<>();
    private long sequence;

    Decisions(PoolState state) {
        this.pool = state.pool();
        this.sequence = state.sequence();
    }

    String pool() {
        return pool;
    }

    /** Returns the sequence number that the next decision will have. */
    long next() {
        return sequence + 1;
    }

    /** Adds a decision, which the function creates from its sequence number in the pool. */
    Decisions add(LongFunction<? extends Decision> decision) {
        events.add(decision.apply(++sequence));
        return this;
    }

    /** Adds a command, which has no sequence. */
    Decisions command(Command command) {
        events.add(command);
        return this;
    }

    List<Event> events() {
        return events;
    }

    /** Returns the answer to an input that itself changes the state. */
    DecisionResult accepted() {
        return new DecisionResult(true, events);
    }

    /** Returns the answer to an input that causes these events but does not itself change the state. */
    DecisionResult emitted() {
        return new DecisionResult(false, events);
    }
}
