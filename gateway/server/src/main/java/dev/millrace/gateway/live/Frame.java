package dev.millrace.gateway.live;

import dev.millrace.schemas.codec.EventEnvelope;
import dev.millrace.schemas.codec.EventRouting;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.JobCompleted;
import org.jspecify.annotations.Nullable;

/**
 * One event of a job's stream.
 *
 * @param sequence sequence number of the decision, which is also the cursor after it. Within a pool, sequence numbers have no gaps and
 *     order all decisions, so resuming after one misses nothing and repeats nothing
 */
public record Frame(long sequence, String pool, @Nullable String jobId, EventEnvelope envelope) {

    static @Nullable Frame of(EventEnvelope envelope) {
        if (!(envelope.data() instanceof Decision decision)) {
            return null;
        }
        return new Frame(decision.sequence(), decision.pool(), EventRouting.jobOf(decision), envelope);
    }

    /** Returns whether this frame ends the job's run {@code run} or a later one. */
    boolean ends(int run) {
        return envelope.data() instanceof JobCompleted it && (it.run() == null ? 0 : it.run()) >= run;
    }
}
