package dev.millrace.scheduler;

import dev.millrace.scheduler.state.PoolState;
import dev.millrace.scheduler.state.Transition;
import dev.millrace.scheduler.state.Transition.StateKind;
import dev.millrace.schemas.event.Event;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Compares every change of a state with the transition table and records the transitions. A change that is not in the table is an error.
 */
final class TransitionRecorder implements BiConsumer<Event, Runnable> {
    private final PoolState state;
    private final Set<Transition> taken;

    TransitionRecorder(PoolState state, Set<Transition> taken) {
        this.state = state;
        this.taken = taken;
    }

    static Set<Transition> none() {
        return EnumSet.noneOf(Transition.class);
    }

    @Override
    public void accept(Event event, Runnable change) {
        Transition.Entity entity = state.entityOf(event);
        if (entity == null) {
            change.run();
            return;
        }
        StateKind before = state.kindOf(entity);
        change.run();
        StateKind after = state.kindOf(entity);
        boolean known = false;
        for (Transition it : Transition.values()) {
            if (it.subject() == entity.subject()
                    && it.by() == event.getClass()
                    && it.from() == before
                    && it.to() == after) {
                taken.add(it);
                known = true;
            }
        }
        if (!known) {
            throw new AssertionError(
                    "the table has no way from " + before + " to " + after + " by " + event.getClass());
        }
    }
}
