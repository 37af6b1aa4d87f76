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
 * The trace context ({@code traceparent}) of each open job of a partition, so that whatever follows from a submission or a retry can be
 * traced to it. Each job has one context: the latest that arrived with one of its inputs. Used only by the stream thread.
 */
final class TraceContexts {
    private record Context(String pool, String traceparent) {}

    private final Map<String, Context> ofJob = new HashMap<>();

    /**
     * Jobs whose context was changed, or became obsolete, by the input that is being decided now. {@link #drain} stores or deletes these
     * contexts.
     */
    private final Set<String> changed = new HashSet<>();

    /** Remembers the context of an input about a job, if the input has one. */
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

    /** Takes over the stored contexts of a pool, by job id. */
    void restore(String pool, Map<String, String> stored) {
        stored.forEach((jobId, traceparent) -> ofJob.put(jobId, new Context(pool, traceparent)));
    }

    /** Returns the context of the job that the event belongs to, or null if there is none. */
    @Nullable
    String of(Event event) {
        Context context = ofJob.get(String.valueOf(EventRouting.jobOf(event)));
        return context == null ? null : context.traceparent();
    }

    /** Marks the context of an ended job as obsolete, since nothing follows from the job any more. */
    void ended(String jobId) {
        if (ofJob.containsKey(jobId)) {
            changed.add(jobId);
        }
    }

    /** Returns the writes that store the changed contexts, and forgets the contexts of jobs that are not open. */
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

    /** Discards the changes since the last {@link #drain}, because the input that caused them was not decided. */
    void undo() {
        changed.forEach(ofJob::remove);
        changed.clear();
    }

    void clear() {
        ofJob.clear();
        changed.clear();
    }
}
