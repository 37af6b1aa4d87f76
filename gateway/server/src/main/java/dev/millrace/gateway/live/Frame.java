package dev.millrace.gateway.live;

import dev.millrace.schemas.codec.EventEnvelope;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.LeaseExpired;
import dev.millrace.schemas.event.OwnerQuotaChanged;
import dev.millrace.schemas.event.PoolSettingsChanged;
import org.jspecify.annotations.Nullable;

/**
 * One event of a job's stream.
 *
 * @param sequence the decision's own, and the cursor after it: within a pool it is dense and total, so resuming after it
 *     leaves no gap and repeats nothing
 */
public record Frame(long sequence, String pool, @Nullable String jobId, EventEnvelope envelope) {

    static @Nullable Frame of(EventEnvelope envelope) {
        if (!(envelope.data() instanceof Decision decision)) {
            return null;
        }
        return new Frame(decision.sequence(), decision.pool(), jobOf(decision), envelope);
    }

    /** Whether this is the end of the job's run of that number, or of a later one. */
    boolean ends(int run) {
        return envelope.data() instanceof JobCompleted it && (it.run() == null ? 0 : it.run()) >= run;
    }

    private static @Nullable String jobOf(Decision decision) {
        if (decision instanceof LeaseExpired
                || decision instanceof PoolSettingsChanged
                || decision instanceof OwnerQuotaChanged) {
            return null;
        }
        String key = decision.key();
        int dot = key.indexOf('.');
        return dot < 0 ? key : key.substring(0, dot);
    }
}
