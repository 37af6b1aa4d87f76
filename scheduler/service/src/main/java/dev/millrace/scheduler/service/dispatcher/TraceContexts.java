package dev.millrace.scheduler.service.dispatcher;

import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.codec.EventRouting;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.PoolEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The trace context ({@code traceparent}) of each open job of a partition, so that whatever follows from a submission or a retry can be traced
 * to it. One for each job; the last that came with it counts. Belongs to the stream thread.
 */
final class TraceContexts {
    private record Context(String pool, String traceparent) {}

    private final Map<String, Context> ofJob = new HashMap<>();

    /** Jobs whose context is to be made durable, or forgotten, since what is decided now. */
    private final Set<String> changed = new HashSet<>();

    /** Notes the context that an input about a job came with, if it has one. */
    void note(PoolEvent input, @Nullable String traceparent) {
        String jobId = EventRouting.jobOf(input);
        if (jobId == null || traceparent == null) {
            return;
        }
        var noted = new Context(input.pool(), traceparent);
        Context known = ofJob.get(jobId);
        if (known == null || (known.pool().equals(noted.pool()) && !known.equals(noted))) {
            ofJob.put(jobId, noted);
            changed.add(jobId);
        }
    }

    /** Takes the contexts of a pool as they were stored, by job. */
    void restore(String pool, Map<String, String> stored) {
        stored.forEach((jobId, traceparent) -> ofJob.put(jobId, new Context(pool, traceparent)));
    }

    /** The context of the job in whose story the event is. */
    @Nullable
    String of(Event event) {
        Context context = ofJob.get(String.valueOf(EventRouting.jobOf(event)));
        return context == null ? null : context.traceparent();
    }

    /** A job has ended: nothing follows from it any more. */
    void ended(String jobId) {
        if (ofJob.containsKey(jobId)) {
            changed.add(jobId);
        }
    }

    /** The writes that make durable what changed; contexts of jobs that are not open are forgotten. */
    List<PoolStore.Write> drain(PoolState state) {
        var writes = new ArrayList<PoolStore.Write>();
        for (String jobId : changed) {
            JobState job = state.job(jobId);
            boolean isOpen = job != null && !(job instanceof JobState.Finished);
            Context context = isOpen ? ofJob.get(jobId) : ofJob.remove(jobId);
            writes.add(PoolStore.trace(state.pool(), jobId, isOpen && context != null ? context.traceparent() : null));
        }
        changed.clear();
        return writes;
    }

    /** What was noted since the last {@link #drain} came with an input that changed nothing. */
    void undo() {
        changed.forEach(ofJob::remove);
        changed.clear();
    }

    void clear() {
        ofJob.clear();
        changed.clear();
    }
}
