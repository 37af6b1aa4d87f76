package dev.millrace.scheduler.state.backlog;

import dev.millrace.scheduler.model.LiveAttempt;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds what attempts were charged at their placement, until their cost is known: the time their processes ran, or the time
 * for which they held their slots if nothing came of them. Time in their executors' queues costs nothing. Not thread-safe.
 */
final class Charges {
    /** By the sequence of the attempt's epoch. */
    private final Map<Long, Charge> charges = new LinkedHashMap<>();

    void put(Charge charge) {
        charges.put(charge.attempt().epoch().sequence(), charge);
    }

    Collection<Charge> all() {
        return charges.values();
    }

    @Nullable
    Charge get(LiveAttempt attempt) {
        return charges.get(attempt.epoch().sequence());
    }

    /** The attempt decides nothing any more, and still holds its slots. Returns what it was charged. */
    long revoked(LiveAttempt attempt) {
        Charge charge = get(attempt);
        if (charge == null) {
            throw new IllegalStateException("revoked without a charge: " + attempt);
        }
        charge.revoke();
        return charge.cost();
    }

    /** The attempt of that epoch gave its slots back. Returns whether nothing else is to come that says what it cost. */
    boolean freed(long sequence, long heldMs) {
        Charge charge = charges.get(sequence);
        if (charge != null) {
            charge.held(heldMs);
        }
        return charge != null && charge.isRevoked();
    }

    @Nullable
    Charge remove(long sequence) {
        return charges.remove(sequence);
    }
}
