package dev.millrace.scheduler.service.dispatcher;

import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.codec.EventRouting;
import dev.millrace.schemas.event.Event;
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
    private final Map<String, String> ofJob = new HashMap<>();

    /** Jobs whose context is to be made durable, or forgotten, since what is decided now. */
    private final Set<String> changed = new HashSet<>();

    /** Notes the context that an input about a job came with, if it has one. */
    void note(Event input, @Nullable String traceparent) {
        String jobId = EventRouting.jobOf(input);
        if (jobId != null && traceparent != null && !traceparent.equals(ofJob.put(jobId, traceparent))) {
            changed.add(jobId);
        }
    }

    /** Takes contexts as they were stored, by job. */
    void restore(Map<String, String> stored) {
        ofJob.putAll(stored);
    }

    /** The context of the job in whose story the event is. */
    @Nullable
    String of(Event event) {
        String jobId = EventRouting.jobOf(event);
        return jobId == null ? null : ofJob.get(jobId);
    }

    /** A job has ended: nothing follows from it any more. */
    void ended(String jobId) {
        if (ofJob.containsKey(jobId)) {
            changed.add(jobId);
        }
    }

    /** The writes that make durable what changed; contexts of jobs that are not open are forgotten. */
    List<PoolStore.Write> drain(PoolState state) {
        if (changed.isEmpty()) {
            return List.of();
        }
        var writes = new ArrayList<PoolStore.Write>();
        for (String jobId : changed) {
            JobState job = state.job(jobId);
            if (job == null || job instanceof JobState.Finished) {
                ofJob.remove(jobId);
            }
            writes.add(PoolStore.trace(state.pool(), jobId, ofJob.get(jobId)));
        }
        changed.clear();
        return writes;
    }

    void clear() {
        ofJob.clear();
        changed.clear();
    }
}
