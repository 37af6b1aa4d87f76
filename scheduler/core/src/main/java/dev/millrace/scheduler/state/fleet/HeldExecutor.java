package dev.millrace.scheduler.state.fleet;

import dev.millrace.schemas.event.Needs;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The executor of a pool that is held for a task with special needs, if there is one. A hold ends if no task could use it within its time
 * limit. After that, no executor is held for the same needs for twice the length of the hold. Each further hold for these needs may last
 * twice as long as the one before, so that in the end a hold lasts longer than the tasks that run there. After each hold, for whatever
 * needs, the executor is not held again for the length of the hold, or for twice that length if the hold reached its time limit. Therefore
 * other tasks get at least half of its time. Not thread-safe.
 */
final class HeldExecutor {
    private static final int MOST_DOUBLINGS = 7;

    /** @param executors the executors that were held for the same needs in vain */
    private record Pause(int failures, long untilTick, Set<String> executors) {
        static final Pause NONE = new Pause(0, Long.MIN_VALUE, Set.of());

        Pause after(String executorId, long tickMs, long lengthMs) {
            var all = new LinkedHashSet<>(executors);
            if (!all.add(executorId)) {
                // The same executor was held again, so no untried one was left: the list starts again.
                all.clear();
                all.add(executorId);
            }
            return new Pause(failures + 1, tickMs + lengthMs, all);
        }
    }

    private final Map<Needs, Pause> pauses = new HashMap<>();

    /** The tick time until which an executor is not held again. */
    private final Map<String, Long> restUntilTick = new HashMap<>();

    private @Nullable Reservation reservation;

    /** The time up to which idle slots have been charged: the last tick, or the beginning of the hold if that is later. */
    private long chargedToTick;

    /** Returns the current reservation, or null if no executor is held. */
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

    /** Returns the executors that may not be held now, because they were held recently. */
    Set<String> resting(long tickMs) {
        return restUntilTick.entrySet().stream()
                .filter(rest -> rest.getValue() > tickMs)
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Ends the hold if it has lasted too long. Returns whether it ended the hold.
     *
     * @param limitMs the time limit of the first hold for the same needs; each further hold may last twice as long as the one before
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

    /** Returns whether an executor may be held for tasks with these needs now. */
    boolean mayHoldFor(Needs needs, long tickMs) {
        return tickMs >= pauses.getOrDefault(needs, Pause.NONE).untilTick();
    }

    /**
     * Returns the executors that were held for these needs in vain. Other executors are preferred: a task that runs on one of these may
     * take hours, while another executor may be free in a minute.
     */
    Set<String> heldInVain(Needs needs) {
        return pauses.getOrDefault(needs, Pause.NONE).executors();
    }

    /** Forgets the holds in vain for these needs, because a task with them was placed or none waits any more. */
    void forget(Needs needs) {
        pauses.remove(needs);
    }

    /** Returns for how long the idle slots of the held executor have not been charged yet, and counts that time as charged. */
    long uncharged(long tickMs) {
        long ms = Math.max(0, tickMs - chargedToTick);
        chargedToTick = Math.max(chargedToTick, tickMs);
        return ms;
    }
}
