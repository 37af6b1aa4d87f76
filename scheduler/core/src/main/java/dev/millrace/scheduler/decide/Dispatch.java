package dev.millrace.scheduler.decide;

import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.scheduler.state.fleet.Offer;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.Candidate;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.TaskDispatched;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An attempt about to be made: its number and epoch, where it goes, and the command to go there.
 *
 * @param isAnother whether there was one before in this run of its job
 * @param retryOf results of an earlier attempt; this one runs what did not pass in them; null for everything
 */
record Dispatch(TaskInfo task, int attempt, boolean isAnother, @Nullable Digest retryOf, Epoch epoch, Offer offer) {
    static final int CANDIDATES = 3;

    String executorId() {
        return offer.executor().id();
    }

    /** Second attempts and retries are urgent: somebody waits for them already. */
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
                task.owner());
    }

    static List<Candidate> candidates(List<Offer> offers) {
        var candidates = new ArrayList<Candidate>(offers.size());
        for (Offer offer : offers) {
            candidates.add(new Candidate(offer.executor().id(), offer.executor().freeSlots()));
        }
        return candidates;
    }
}
