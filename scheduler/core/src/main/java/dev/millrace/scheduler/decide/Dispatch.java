package dev.millrace.scheduler.decide;

import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.scheduler.state.fleet.Offer;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.Candidate;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.ScopeRef;
import dev.millrace.schemas.event.TaskDispatched;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An attempt that is about to be dispatched: its number, its epoch, its executor, and the command that sends it there.
 *
 * @param isAnother whether the task already had an attempt since its job arrived or was retried
 * @param retryOf test case results of an earlier attempt; this attempt runs only the cases that did not pass in them; null to run all cases
 * @param scope the epoch of the scope that the attempt belongs to; null for none
 */
record Dispatch(
        TaskInfo task,
        int attempt,
        boolean isAnother,
        @Nullable Digest retryOf,
        Epoch epoch,
        Offer offer,
        @Nullable ScopeRef scope) {
    static final int CANDIDATES = 3;

    String executorId() {
        return offer.executor().id();
    }

    /** Creates the command. Second attempts and retries are urgent, because somebody already waits for their task. */
    TaskDispatched command(String pool) {
        return new TaskDispatched(
                task.taskId(),
                task.jobId(),
                pool,
                task.index(),
                task.planDigest(),
                attempt,
                epoch,
                executorId(),
                offer.executor().registration().incarnation(),
                isAnother ? Priority.URGENT : task.priority(),
                retryOf,
                task.owner(),
                scope);
    }

    static List<Candidate> candidates(List<Offer> offers) {
        var candidates = new ArrayList<Candidate>(offers.size());
        for (Offer offer : offers) {
            candidates.add(new Candidate(offer.executor().id(), offer.executor().freeSlots()));
        }
        return candidates;
    }
}
