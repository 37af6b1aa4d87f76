package dev.millrace.scheduler.model;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.RetryBudget;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a task without verdict is; one with a verdict is no longer kept. */
public sealed interface TaskState {
    TaskInfo info();

    RetryRecord retryRecord();

    /**
     * In the backlog.
     *
     * @param readyAtMs the wall time since when it could run, for people
     * @param readyTick the tick time of the same moment, or of the dispatcher's start, which is decided by
     */
    record Waiting(TaskInfo info, RetryRecord retryRecord, long readyAtMs, long readyTick) implements TaskState {
        public Live placed(LiveAttempt attempt) {
            return new Live(info, retryRecord.placedOn(attempt.executorId()), List.of(attempt));
        }
    }

    /** Has attempts that may decide it, in their order: one, or two while it is hedged. */
    record Live(TaskInfo info, RetryRecord retryRecord, List<LiveAttempt> attempts) implements TaskState {
        /** The attempt of that number and epoch, if it may still decide the task. */
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

        /** The same with what is charged for one of its attempts. */
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

        /** Goes on with the other attempt. */
        public Live dropped(LiveAttempt attempt, Outcome outcome, RetryBudget budget) {
            return new Live(info, retryRecord.charged(attempt.executorId(), outcome, budget), others(attempt));
        }

        /** @param cases what the attempt found out about its test cases, if they are to be believed */
        public Waiting retried(Outcome outcome, RetryBudget budget, @Nullable Digest cases, Now now) {
            RetryRecord charged =
                    retryRecord.charged(first().executorId(), outcome, budget).retrying(cases);
            return new Waiting(info, charged, now.wallMs(), now.tickMs());
        }
    }
}
