package dev.millrace.scheduler;

import dev.millrace.schemas.event.AttemptResult;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What live attempts were charged at their placement, until it is known what they cost: the time their processes ran. Time in
 * their executors' queues costs nothing. Not thread-safe.
 */
final class Charges {
    /** Longer runs are mistakes of a clock; bounds what one report can charge. */
    private static final long LONGEST_MS = 30L * 24 * 3_600_000;

    /** By the sequence of the attempt's epoch. */
    private final Map<Long, Charge> charges = new HashMap<>();

    /**
     * One attempt's charge.
     *
     * @param cost in virtual time
     * @param startedTick when its start was reported, on the tick clock; null before
     * @param restored whether an earlier dispatcher placed it, so that its start may have been reported to that one
     */
    record Charge(long cost, @Nullable Long startedTick, boolean restored) {
        /** How long the process ran, by its executor's clock or else by ours; null if nobody knows. */
        @Nullable
        Long ranMs(@Nullable AttemptResult result, long tickMs) {
            if (result != null) {
                return Math.max(0, Math.min(LONGEST_MS, result.durationMs()));
            }
            if (startedTick != null) {
                return Math.max(0, tickMs - startedTick);
            }
            return restored ? null : 0L;
        }
    }

    void placed(LiveAttempt attempt, long cost) {
        charges.put(attempt.epoch().sequence(), new Charge(cost, null, false));
    }

    void restored(LiveAttempt attempt, long cost) {
        charges.put(attempt.epoch().sequence(), new Charge(cost, null, true));
    }

    /** Returns whether this is the first report of the attempt's start. */
    boolean started(LiveAttempt attempt, long tickMs) {
        Charge charge = charges.get(attempt.epoch().sequence());
        if (charge == null || charge.startedTick() != null) {
            return false;
        }
        charges.put(attempt.epoch().sequence(), new Charge(charge.cost(), tickMs, charge.restored()));
        return true;
    }

    @Nullable
    Charge remove(LiveAttempt attempt) {
        return charges.remove(attempt.epoch().sequence());
    }
}
