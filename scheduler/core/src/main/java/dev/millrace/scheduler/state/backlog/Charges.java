package dev.millrace.scheduler.state.backlog;

import dev.millrace.scheduler.model.LiveAttempt;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds the charges of attempts until their final cost is known. An attempt costs the time that its process ran, or, if it was revoked or
 * has no result, the time that it held its slots. Time in the queue of an executor costs nothing. Not thread-safe.
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

    /** Notes that the attempt can no longer decide its task but still holds its slots. Returns what was charged for it. */
    long revoked(LiveAttempt attempt) {
        Charge charge = get(attempt);
        if (charge == null) {
            throw new IllegalStateException("revoked without a charge: " + attempt);
        }
        charge.revoke();
        return charge.cost();
    }

    /**
     * Notes that the attempt with this epoch sequence gave its slots back. Returns true if it was revoked: then no other event will say
     * what it cost.
     */
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
