package dev.millrace.scheduler.model;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.RetryBudget;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The state of a task without a verdict; a task with a verdict is no longer kept. */
public sealed interface TaskState {
    TaskInfo info();

    RetryRecord retryRecord();

    /**
     * A task that waits in the backlog.
     *
     * @param readyAtMs the wall time from which on it could run, to show to people
     * @param readyTick the tick time of the same moment, or of the dispatcher's start if that was later; decisions use this time
     */
    record Waiting(TaskInfo info, RetryRecord retryRecord, long readyAtMs, long readyTick) implements TaskState {
        public Live placed(LiveAttempt attempt) {
            return new Live(info, retryRecord.placedOn(attempt.executorId()), List.of(attempt));
        }
    }

    /** A task with attempts that may decide it, in the order of their dispatch: one, or two while it is hedged. */
    record Live(TaskInfo info, RetryRecord retryRecord, List<LiveAttempt> attempts) implements TaskState {
        /** Returns the attempt with that number and epoch if it may still decide the task, otherwise null. */
        @Nullable
        public LiveAttempt attempt(AttemptKey key) {
            for (LiveAttempt attempt : attempts) {
                if (attempt.is(key)) {
                    return attempt;
                }
            }
            return null;
        }

        public LiveAttempt first() {
            return attempts.get(0);
        }

        public List<LiveAttempt> others(LiveAttempt attempt) {
            return attempts.size() == 1
                    ? List.of()
                    : attempts.stream()
                            .filter(it -> !it.epoch().equals(attempt.epoch()))
                            .toList();
        }

        /** Returns the same task with a new charge for one of its attempts. */
        public Live charged(Epoch epoch, long cost) {
            return new Live(
                    info,
                    retryRecord,
                    attempts.stream()
                            .map(it -> it.epoch().equals(epoch) ? it.charged(cost) : it)
                            .toList());
        }

        public Live hedged(LiveAttempt attempt) {
            var both = new ArrayList<>(attempts);
            both.add(attempt);
            return new Live(info, retryRecord.placedOn(attempt.executorId()).withHedge(), List.copyOf(both));
        }

        /** Removes an attempt that has ended; the task goes on with the other attempt. */
        public Live dropped(LiveAttempt attempt, Outcome outcome, RetryBudget budget) {
            return new Live(info, retryRecord.charged(attempt.executorId(), outcome, budget), others(attempt));
        }

        /** @param cases the test case results of the attempt, or null if they cannot be trusted */
        public Waiting retried(Outcome outcome, RetryBudget budget, @Nullable Digest cases, Now now) {
            RetryRecord charged =
                    retryRecord.charged(first().executorId(), outcome, budget).retrying(cases);
            return new Waiting(info, charged, now.wallMs(), now.tickMs());
        }
    }
}
