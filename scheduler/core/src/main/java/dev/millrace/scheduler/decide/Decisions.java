package dev.millrace.scheduler.decide;

import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.event.Command;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/** Collects what follows from one input, in order, and numbers the decisions among it. For one step of one pool. */
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

    /** The sequence that the next decision will have. */
    long next() {
        return sequence + 1;
    }

    /** Adds a decision, made of its sequence in the pool. */
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

    /** The answer to an input that changes the state itself. */
    DecisionResult accepted() {
        return new DecisionResult(true, events);
    }

    /** The answer to an input that is only the occasion. */
    DecisionResult emitted() {
        return new DecisionResult(false, events);
    }
}
