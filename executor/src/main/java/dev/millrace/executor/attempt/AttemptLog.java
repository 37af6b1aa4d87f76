package dev.millrace.executor.attempt;

import dev.millrace.platform.log.LogContext;
import dev.millrace.schemas.event.TaskDispatched;

/** The ids of an attempt, which log lines carry while a thread works on it. */
final class AttemptLog {
    private AttemptLog() {}

    static LogContext of(TaskDispatched dispatch) {
        return LogContext.of(
                "executorId", dispatch.executorId(),
                "jobId", dispatch.jobId(),
                "taskId", dispatch.taskId(),
                "attempt", Integer.toString(dispatch.attempt()),
                "epoch", dispatch.epoch().toString());
    }

    /** Returns work during which log lines carry these ids. */
    @SuppressWarnings("try") // The ids are for log lines.
    static Runnable with(TaskDispatched dispatch, Runnable work) {
        return () -> {
            try (var ids = of(dispatch)) {
                work.run();
            }
        };
    }
}
