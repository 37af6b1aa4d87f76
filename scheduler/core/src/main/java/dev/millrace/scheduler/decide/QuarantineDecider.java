package dev.millrace.scheduler.decide;

import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.StandingOverride;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.scheduler.state.fleet.ExecutorView;
import dev.millrace.scheduler.state.quarantine.FailureScore;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorMarked;
import dev.millrace.schemas.event.ExecutorStandingRequested;
import dev.millrace.schemas.event.Standing;
import dev.millrace.schemas.event.TaskReopened;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Marks executors as suspect if tasks fail on them that pass elsewhere, clears such marks, and reopens tasks to which suspects gave a
 * failed verdict.
 */
final class QuarantineDecider {
    /** The revisions of the state that the search for a wanted suspect depends on. */
    private record Seen(long fleet, long backlog) {}

    /** The revisions at the last search that found no wanted suspect. Most inputs, such as heartbeats, do not change these revisions. */
    private @Nullable Seen nobodyWanted;

    List<Event> next(PoolState state) {
        FailureScore.Verdict verdict = state.quarantine().nextToReopen();
        if (verdict != null) {
            return reopened(state, verdict);
        }
        for (StandingOverride accused : state.quarantine().accusedByOne()) {
            if (accused.onlyAccuser() != null && state.backlog().hasOthers(accused.onlyAccuser())) {
                return cleared(
                        state, accused.executorId(), "only tasks of one owner failed on it, and others have work");
            }
        }
        Seen seen = new Seen(state.fleet().revision(), state.backlog().revision());
        if (!seen.equals(nobodyWanted)) {
            String wanted = state.quarantine().wantedSuspect(state.backlog().waitingNeeds());
            if (wanted != null) {
                return cleared(state, wanted, "no other executor could run a waiting task");
            }
            nobodyWanted = seen;
        }
        for (String executorId : state.quarantine().toJudge()) {
            ExecutorView executor = state.executor(executorId);
            if (executor != null
                    && state.mark(executorId) == null
                    && state.quarantine().canSpare(executor)) {
                List<String> evidence = state.quarantine().evidence(executorId);
                return new Decisions(state)
                        .add(sequence -> new ExecutorMarked(
                                executorId,
                                state.pool(),
                                sequence,
                                Standing.SUSPECT,
                                ExecutorMarked.BY_SCHEDULER,
                                "it recently failed " + evidence.size() + " tasks that passed elsewhere",
                                evidence))
                        .events();
            }
        }
        return List.of();
    }

    /** Gives a suspect work again after a while, because it is possible that no operator ever checks it. */
    List<Event> tryAgain(PoolState state, Now now) {
        String executorId = state.quarantine().toTryAgain(now.tickMs());
        return executorId == null ? List.of() : cleared(state, executorId, "it gets another trial");
    }

    private static List<Event> cleared(PoolState state, String executorId, String reason) {
        return ExecutorDecider.standing(
                        state,
                        new ExecutorStandingRequested(
                                executorId, state.pool(), ExecutorMarked.BY_SCHEDULER, Standing.ACTIVE, reason))
                .events();
    }

    private static List<Event> reopened(PoolState state, FailureScore.Verdict verdict) {
        String executorId = verdict.executorId();
        return new Decisions(state)
                .add(sequence -> new TaskReopened(
                        verdict.task().taskId(),
                        verdict.task().jobId(),
                        state.pool(),
                        sequence,
                        verdict.retryRecord().run() + 1,
                        executorId,
                        executorId + " failed tasks that passed elsewhere, so its verdict does not count"))
                .events();
    }
}
