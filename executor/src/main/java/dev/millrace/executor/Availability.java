package dev.millrace.executor;

import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorDraining;
import dev.millrace.schemas.event.ExecutorOnline;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whether an executor takes work, and how it says so: it takes work, stands aside while something is in its way, or drains,
 * which nothing ends but its next life. Thread-safe.
 */
final class Availability {
    /** The conditions that keep an executor from taking work for a while. */
    enum Obstacle {
        DISK_FULL,
        SPOOL_FULL,
        NO_WATCHDOG
    }

    /**
     * @param obstacles with the reason for people, each
     * @param draining why it takes no work any more; null if it does not drain
     */
    private record State(Map<Obstacle, String> obstacles, @Nullable String draining) {
        @Nullable
        String reason() {
            return draining != null
                    ? draining
                    : obstacles.values().stream().findFirst().orElse(null);
        }
    }

    private volatile State state = new State(Map.of(), null);

    boolean takesWork() {
        return state.reason() == null;
    }

    boolean isDraining() {
        return state.draining() != null;
    }

    /** Returns whether that is news; an executor that drains does so already. */
    synchronized boolean pause(Obstacle obstacle, String reason) {
        var obstacles = new EnumMap<Obstacle, String>(Obstacle.class);
        obstacles.putAll(state.obstacles());
        obstacles.put(obstacle, reason);
        return become(new State(Collections.unmodifiableMap(obstacles), state.draining()));
    }

    /** Takes work again after {@link #pause} unless something else is in the way; returns whether there is news. */
    synchronized boolean resume(Obstacle obstacle) {
        var obstacles = new EnumMap<Obstacle, String>(Obstacle.class);
        obstacles.putAll(state.obstacles());
        obstacles.remove(obstacle);
        return become(new State(Collections.unmodifiableMap(obstacles), state.draining()));
    }

    /** Takes no work any more; returns whether that is news. The first reason stays. */
    synchronized boolean drain(String reason) {
        return become(new State(state.obstacles(), state.draining() != null ? state.draining() : reason));
    }

    private boolean become(State next) {
        @Nullable String before = state.reason();
        state = next;
        return !Objects.equals(before, next.reason());
    }

    /**
     * Returns the events for the scheduler, now and then again.
     *
     * @param maybeForgotten whether the scheduler may have taken the executor for lost. A state that it does not
     *     know would be heard by nobody; one that drains for good does not come back for that.
     */
    List<Event> announcement(ExecutorOnline registration, boolean maybeForgotten) {
        State now = state;
        @Nullable String reason = now.reason();
        if (reason == null) {
            return List.of(registration);
        }
        var draining = new ExecutorDraining(
                registration.executorId(), registration.pool(), registration.incarnation(), reason);
        return maybeForgotten && now.draining() == null ? List.of(registration, draining) : List.of(draining);
    }
}
