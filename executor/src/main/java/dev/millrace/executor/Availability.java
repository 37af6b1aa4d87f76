package dev.millrace.executor;

import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorDraining;
import dev.millrace.schemas.event.ExecutorOnline;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether an executor takes work, and how it says so: it takes work, stands aside for a while, or drains, which nothing ends
 * but its next life. Thread-safe.
 */
final class Availability {
    /** @param reason why it takes no work, for people; null while it takes work */
    private record State(@Nullable String reason, boolean forGood) {}

    private static final State WORKING = new State(null, false);

    private volatile State state = WORKING;

    boolean takesWork() {
        return state.reason() == null;
    }

    boolean isDraining() {
        return state.forGood();
    }

    /** Returns whether that is news; an executor that drains does so already. */
    boolean stepAside(String reason) {
        return become(new State(reason, false));
    }

    /** Takes work again after {@link #stepAside}; returns whether that is news. */
    boolean stepBack() {
        return become(WORKING);
    }

    /** Takes no work any more; returns whether that is news. The first reason stays. */
    boolean drain(String reason) {
        return become(new State(reason, true));
    }

    private synchronized boolean become(State next) {
        if (state.forGood() || state.equals(next)) {
            return false;
        }
        state = next;
        return true;
    }

    /**
     * What the scheduler is told, now and then again.
     *
     * @param maybeForgotten whether the scheduler may have taken the executor for lost. What an executor wants that it does not
     *     know would be heard by nobody; one that drains for good does not come back for that.
     */
    List<Event> announcement(ExecutorOnline registration, boolean maybeForgotten) {
        State now = state;
        if (now.reason() == null) {
            return List.of(registration);
        }
        var draining = new ExecutorDraining(
                registration.executorId(), registration.pool(), registration.incarnation(), now.reason());
        return maybeForgotten && !now.forGood() ? List.of(registration, draining) : List.of(draining);
    }
}
