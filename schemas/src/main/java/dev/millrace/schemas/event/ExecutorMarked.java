package dev.millrace.schemas.event;

import java.util.List;

/**
 * The standing of an executor changed.
 *
 * @param by the name of an operator, or one of the two constants below
 * @param taskIds the evidence against the executor: tasks that failed on it and passed elsewhere
 */
public record ExecutorMarked(
        String executorId,
        String pool,
        long sequence,
        Standing standing,
        String by,
        String reason,
        List<String> taskIds)
        implements Decision {
    /** The value of {@code by} if the scheduler marked the executor. */
    public static final String BY_SCHEDULER = "scheduler";

    /** The value of {@code by} if an executor marked itself. It cannot be an operator's name, because those have no brackets. */
    public static final String BY_ITSELF = "(itself)";

    @Override
    public String key() {
        return executorId;
    }
}
