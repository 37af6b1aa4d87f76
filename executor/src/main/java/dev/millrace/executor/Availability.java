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
 * Whether an executor takes work, and the events that announce this. An executor takes work, pauses while there is an obstacle, or drains.
 * Draining lasts until the executor starts again. Thread-safe.
 */
final class Availability {
    /** The conditions that keep an executor from taking work for a while. */
    enum Obstacle {
        DISK_FULL,
        SPOOL_FULL,
        NO_WATCHDOG
    }

    /**
     * @param obstacles the current obstacles, each with a reason for people to read
     * @param draining why the executor drains; null if it does not
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

    /** Adds an obstacle. Returns whether the reason for taking no work changed; it never changes while the executor drains. */
    synchronized boolean pause(Obstacle obstacle, String reason) {
        var obstacles = new EnumMap<Obstacle, String>(Obstacle.class);
        obstacles.putAll(state.obstacles());
        obstacles.put(obstacle, reason);
        return become(new State(Collections.unmodifiableMap(obstacles), state.draining()));
    }

    /**
     * Removes an obstacle that {@link #pause} added. The executor takes work again unless there is another obstacle or it drains. Returns
     * whether the reason for taking no work changed.
     */
    synchronized boolean resume(Obstacle obstacle) {
        var obstacles = new EnumMap<Obstacle, String>(Obstacle.class);
        obstacles.putAll(state.obstacles());
        obstacles.remove(obstacle);
        return become(new State(Collections.unmodifiableMap(obstacles), state.draining()));
    }

    /**
     * Takes no more work until the next start. Returns whether the reason for taking no work changed; the first reason for draining stays.
     */
    synchronized boolean drain(String reason) {
        return become(new State(state.obstacles(), state.draining() != null ? state.draining() : reason));
    }

    private boolean become(State next) {
        @Nullable String before = state.reason();
        state = next;
        return !Objects.equals(before, next.reason());
    }

    /**
     * Returns the events that tell the scheduler the current state. They are sent repeatedly.
     *
     * @param maybeForgotten whether the scheduler may have removed the executor as lost. If so, a paused executor registers again first,
     *     because the scheduler ignores the state of an executor that it does not know. An executor that drains does not register again.
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
