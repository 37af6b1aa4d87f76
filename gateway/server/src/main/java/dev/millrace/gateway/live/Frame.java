package dev.millrace.gateway.live;

import dev.millrace.schemas.codec.EventEnvelope;
import dev.millrace.schemas.codec.EventRouting;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.JobCompleted;
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
        return new Frame(decision.sequence(), decision.pool(), EventRouting.jobOf(decision), envelope);
    }

    /** Whether this is the end of the job's run of that number, or of a later one. */
    boolean ends(int run) {
        return envelope.data() instanceof JobCompleted it && (it.run() == null ? 0 : it.run()) >= run;
    }
}
