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
 * Applies events to the state of a pool. Nothing else changes the facts of that state. Each kind of event has one entry here. An event that
 * {@link Transition} does not allow in the present state is an error. Not thread-safe.
 */
final class Transitions {
    /** Changes the state according to an event. */
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
        new ScopeTransitions(state).register(this);
        new SettingsTransitions(state).register(this);
        new TickTransitions(state).register(this);
    }

    /**
     * Registers the action for a kind of event about one job, task or executor. The transition table decides when such an event is allowed.
     */
    <E extends Event> void on(Class<E> kind, Subject subject, Function<E, String> id, Action<E> action) {
        add(
                kind,
                new Entry(
                        subject,
                        event -> id.apply(kind.cast(event)),
                        (event, now) -> action.apply(kind.cast(event), now)));
    }

    /** Registers the action for a kind of event that the transition table does not contain. Such an event is allowed in every state. */
    <E extends Event> void always(Class<E> kind, Action<E> action) {
        add(kind, new Entry(null, Event::key, (event, now) -> action.apply(kind.cast(event), now)));
    }

    private void add(Class<? extends Event> kind, Entry entry) {
        if (entries.put(kind, entry) != null) {
            throw new IllegalStateException("two entries for " + kind);
        }
    }

    /** Returns the kinds of events that can be applied. */
    Set<Class<? extends Event>> kinds() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    /** Returns the job, task or executor that an event is about, or null if the transition table does not contain this kind of event. */
    @Nullable
    Entity entityOf(Event event) {
        Entry entry = entries.get(event.getClass());
        return entry == null ? null : entry.entity(event);
    }

    /** Sets an observer. It receives each event with the action that applies the event, and must run that action exactly once. */
    void observe(BiConsumer<Event, Runnable> newObserver) {
        observer = newObserver;
    }

    /** @throws IllegalTransitionException if the event is not allowed now; no job, task or executor was changed */
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
        state.mutableScopes().settle(now);
        state.look();
    }
}
