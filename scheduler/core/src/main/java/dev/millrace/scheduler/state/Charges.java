package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.LiveAttempt;
import dev.millrace.scheduler.model.OwnerAccount;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.schemas.event.AttemptResult;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds what attempts were charged at their placement, until their cost is known: the time their processes ran, or the time
 * for which they held their slots if nothing came of them. Time in their executors' queues costs nothing. Not thread-safe.
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
     * @param heldMs for how long it held its slots; null until it gave them back
     * @param restored whether an earlier dispatcher placed it, so that its start may have been reported to that one
     * @param revoked whether it decides nothing any more, and is charged until it gives its slots back
     */
    record Charge(
            String owner,
            boolean urgent,
            int slots,
            long cost,
            @Nullable Long startedTick,
            @Nullable Long heldMs,
            boolean restored,
            boolean revoked) {
        private Charge started(long tickMs) {
            return new Charge(owner, urgent, slots, cost, tickMs, heldMs, restored, revoked);
        }

        private Charge held(long ms) {
            return new Charge(owner, urgent, slots, cost, startedTick, ms, restored, revoked);
        }

        private Charge asRevoked() {
            return new Charge(owner, urgent, slots, cost, startedTick, heldMs, restored, true);
        }

        /** The attempt's cost in virtual time, at the price of {@code account}. */
        long settled(OwnerAccount account, @Nullable AttemptResult result, long tickMs) {
            Long ran = result == null ? null : Math.max(0, Math.min(LONGEST_MS, result.durationMs()));
            if (ran != null && !revoked) {
                return account.cost(ran * slots);
            }
            long sinceStart = startedTick == null ? 0 : Math.max(0, tickMs - startedTick);
            long known = Math.max(ran == null ? 0 : ran, heldMs == null ? sinceStart : heldMs);
            // Nobody knows for how long the attempt held its slots before this dispatcher.
            long least = restored && startedTick == null ? cost : 0;
            return Math.max(least, account.cost(known * slots));
        }
    }

    void placed(TaskInfo task, boolean urgent, LiveAttempt attempt, long cost) {
        put(attempt, new Charge(task.owner(), urgent, attempt.slots(), cost, null, null, false, false));
    }

    void restored(String owner, boolean urgent, LiveAttempt attempt, long cost, boolean revoked) {
        put(attempt, new Charge(owner, urgent, attempt.slots(), cost, null, null, true, revoked));
    }

    private void put(LiveAttempt attempt, Charge charge) {
        charges.put(attempt.epoch().sequence(), charge);
    }

    /** Returns whether this is the first report of the attempt's start. */
    boolean started(LiveAttempt attempt, long tickMs) {
        Charge charge = charges.get(attempt.epoch().sequence());
        if (charge == null || charge.startedTick() != null) {
            return false;
        }
        put(attempt, charge.started(tickMs));
        return true;
    }

    /** The attempt decides nothing any more, and still holds its slots. Returns what it was charged. */
    long revoked(LiveAttempt attempt) {
        Charge charge = charges.get(attempt.epoch().sequence());
        if (charge == null) {
            throw new IllegalStateException("revoked without a charge: " + attempt);
        }
        put(attempt, charge.asRevoked());
        return charge.cost();
    }

    /** The attempt of that epoch gave its slots back. Returns whether nothing else is to come that says what it cost. */
    boolean freed(long sequence, long heldMs) {
        Charge charge = charges.computeIfPresent(sequence, (key, it) -> it.held(heldMs));
        return charge != null && charge.revoked();
    }

    @Nullable
    Charge remove(long sequence) {
        return charges.remove(sequence);
    }
}
