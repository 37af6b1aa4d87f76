package dev.millrace.schemas.event;

/**
 * An operator wants an executor to get no new work, or to get work again. Holds for the executor's id until changed, also when
 * it restarts.
 *
 * @param standing active or draining
 */
public record ExecutorStandingRequested(String executorId, String pool, String by, Standing standing, String reason)
        implements Request {
    @Override
    public String key() {
        return executorId;
    }
}
