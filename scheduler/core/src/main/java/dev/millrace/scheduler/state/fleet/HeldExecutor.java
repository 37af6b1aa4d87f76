package dev.millrace.scheduler.state.fleet;

import dev.millrace.schemas.event.Needs;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The executor of a pool that is held for a task with special needs, if one is. A hold that came to nothing in its time is given up, and
 * none is made for the same needs until others had the executor for twice as long. Each further hold may last twice as long as the one
 * before: in the end one outlasts what runs there. Whatever the needs, an executor is not held again for as long as it was, or for twice as
 * long if that was in vain: others have half of its time at least. Not thread-safe.
 */
final class HeldExecutor {
    private static final int MOST_DOUBLINGS = 7;

    /** @param executors that were held in vain */
    private record Pause(int failures, long untilTick, Set<String> executors) {
        static final Pause NONE = new Pause(0, Long.MIN_VALUE, Set.of());

        Pause after(String executorId, long tickMs, long lengthMs) {
            var all = new LinkedHashSet<>(executors);
            if (!all.add(executorId)) {
                // All of them were tried, and it is the first one's turn again.
                all.clear();
                all.add(executorId);
            }
            return new Pause(failures + 1, tickMs + lengthMs, all);
        }
    }

    private final Map<Needs, Pause> pauses = new HashMap<>();

    /** Until when executors are not held again. */
    private final Map<String, Long> restUntilTick = new HashMap<>();

    private @Nullable Reservation reservation;

    /** The last tick, or the begin of the hold if that is later. */
    private long chargedToTick;

    /** Null if none is held. */
    @Nullable
    Reservation get() {
        return reservation;
    }

    void hold(Reservation wanted) {
        giveUp();
        restUntilTick.values().removeIf(until -> until <= wanted.sinceTick());
        reservation = wanted;
        chargedToTick = wanted.sinceTick();
    }

    /** Ends the hold, if there is one. */
    void giveUp() {
        Reservation held = reservation;
        if (held != null) {
            reservation = null;
            rest(held, chargedToTick - held.sinceTick());
        }
    }

    private void rest(Reservation held, long lengthMs) {
        restUntilTick.put(held.executorId(), chargedToTick + lengthMs);
    }

    /** Executors that may not be held now, since they were of late. */
    Set<String> resting(long tickMs) {
        return restUntilTick.entrySet().stream()
                .filter(rest -> rest.getValue() > tickMs)
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Gives up what is held for too long. Returns whether it was.
     *
     * @param limitMs of the first hold for the same needs
     */
    boolean expire(long limitMs, long tickMs) {
        Reservation held = reservation;
        if (held == null) {
            return false;
        }
        Pause before = pauses.getOrDefault(held.needs(), Pause.NONE);
        long lengthMs = limitMs << Math.min(MOST_DOUBLINGS, before.failures());
        if (tickMs - held.sinceTick() <= lengthMs) {
            return false;
        }
        chargedToTick = tickMs;
        reservation = null;
        long othersMs = 2 * (tickMs - held.sinceTick());
        rest(held, othersMs);
        pauses.put(held.needs(), before.after(held.executorId(), tickMs, othersMs));
        return true;
    }

    /** Whether an executor may be held for tasks with these needs. */
    boolean mayHoldFor(Needs needs, long tickMs) {
        return tickMs >= pauses.getOrDefault(needs, Pause.NONE).untilTick();
    }

    /** Executors that were held for these needs in vain: something there may take hours, while others would be free in a minute. */
    Set<String> heldInVain(Needs needs) {
        return pauses.getOrDefault(needs, Pause.NONE).executors();
    }

    /** A task with these needs was placed, or none waits any more. */
    void forget(Needs needs) {
        pauses.remove(needs);
    }

    /** For how long its idle slots were not charged yet; they are from now on. */
    long uncharged(long tickMs) {
        long ms = Math.max(0, tickMs - chargedToTick);
        chargedToTick = Math.max(chargedToTick, tickMs);
        return ms;
    }
}
