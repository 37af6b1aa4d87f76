package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.state.Transition.Entity;
import dev.millrace.scheduler.state.Transition.StateKind;
import dev.millrace.scheduler.state.Transition.Subject;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.Event;
import java.util.Collections;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Applies each event to the state of a pool, which changes nowhere else. Each kind of event has one entry here; an event that is not
 * allowed by {@link Transition} in the present state is an error. Not thread-safe.
 */
final class Transitions {
    /** Changes the state as an event says. */
    interface Action<E> {
        void apply(E event, Now now);
    }

    private record Entry(@Nullable Subject subject, Function<Event, String> id, Action<Event> action) {
        @Nullable
        Entity entity(Event event) {
            return subject == null ? null : new Entity(subject, id.apply(event));
        }
    }

    private final PoolState state;
    private final Map<Class<? extends Event>, Entry> entries = new HashMap<>();
    private @Nullable BiConsumer<Event, Runnable> observer;

    Transitions(PoolState state) {
        this.state = state;
        var attempts = new AttemptTransitions(state);
        var jobs = new JobTransitions(state);
        jobs.register(this);
        new TaskTransitions(state, jobs, attempts).register(this);
        attempts.register(this);
        new ExecutorTransitions(state).register(this);
        new SettingsTransitions(state).register(this);
    }

    /** Applies events of a kind about one job, task or executor, by the transition table. */
    <E extends Event> void on(Class<E> kind, Subject subject, Function<E, String> id, Action<E> action) {
        add(
                kind,
                new Entry(
                        subject,
                        event -> id.apply(kind.cast(event)),
                        (event, now) -> action.apply(kind.cast(event), now)));
    }

    /** Applies events of a kind that is no matter of the transition table, in whatever state. */
    <E extends Event> void always(Class<E> kind, Action<E> action) {
        add(kind, new Entry(null, Event::key, (event, now) -> action.apply(kind.cast(event), now)));
    }

    private void add(Class<? extends Event> kind, Entry entry) {
        if (entries.put(kind, entry) != null) {
            throw new IllegalStateException("two entries for " + kind);
        }
    }

    /** The kinds of events that are applied. */
    Set<Class<? extends Event>> kinds() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    /** The job, task or executor that an event is about by the transition table, or null if it is no matter of that. */
    @Nullable
    Entity entityOf(Event event) {
        Entry entry = entries.get(event.getClass());
        return entry == null ? null : entry.entity(event);
    }

    /** The observer is given each event with what applies it, and must run that once. */
    void observe(BiConsumer<Event, Runnable> newObserver) {
        observer = newObserver;
    }

    /** @throws IllegalTransitionException if the event is not allowed now; nothing was changed */
    void apply(Event event, Now now) {
        if (observer == null) {
            change(event, now);
        } else {
            observer.accept(event, () -> change(event, now));
        }
    }

    private void change(Event event, Now now) {
        Entry entry = entries.get(event.getClass());
        if (entry == null) {
            throw new IllegalTransitionException(event.getClass().getSimpleName() + " changes no state");
        }
        Entity entity = entry.entity(event);
        if (entity != null) {
            StateKind before = state.kindOf(entity);
            if (!Transition.isAllowed(entity.subject(), before, event.getClass())) {
                throw new IllegalTransitionException(event.getClass().getSimpleName() + " of " + entity.id()
                        + " in state " + before.name().toLowerCase(Locale.ROOT));
            }
        }
        if (event instanceof Decision decision) {
            state.decided(decision.sequence());
        }
        entry.action().apply(event, now);
        state.look();
    }
}
