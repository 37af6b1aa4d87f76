package dev.millrace.schemas.event;

import java.util.List;

/**
 * The standing of an executor changed.
 *
 * @param by an operator, or one of the two constants below
 * @param taskIds tasks that speak against it: failed here and passed elsewhere
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
    /** Who marks what the dispatcher found out. */
    public static final String BY_SCHEDULER = "scheduler";

    /** Marks that an executor set itself; no operator's name has brackets. */
    public static final String BY_ITSELF = "(itself)";

    @Override
    public String key() {
        return executorId;
    }
}
