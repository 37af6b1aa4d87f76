package dev.millrace.scheduler;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.RetryBudget;

/** Where a task without verdict is; one with a verdict is no longer kept. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "state")
@JsonSubTypes({
    @JsonSubTypes.Type(value = TaskState.Waiting.class, name = "waiting"),
    @JsonSubTypes.Type(value = TaskState.Live.class, name = "live")
})
public sealed interface TaskState {
    TaskInfo info();

    Ledger ledger();

    /** In the backlog; {@code readyAtMs} is the wall time since when it could run. */
    record Waiting(TaskInfo info, Ledger ledger, long readyAtMs) implements TaskState {
        static Waiting queued(TaskInfo info) {
            return new Waiting(info, Ledger.NEW, info.queuedAtMs());
        }

        Live placed(Epoch epoch, String executorId, String incarnation) {
            return new Live(info, ledger.placedOn(executorId), epoch, executorId, incarnation);
        }
    }

    /** Has the one live epoch, at one incarnation of one executor. */
    record Live(TaskInfo info, Ledger ledger, Epoch epoch, String executorId, String incarnation) implements TaskState {
        AttemptKey attemptKey() {
            return new AttemptKey(info.taskId(), ledger.attempts(), epoch);
        }

        Waiting retried(RetryBudget budget, long wallMs) {
            return new Waiting(info, ledger.charged(budget), wallMs);
        }
    }
}
