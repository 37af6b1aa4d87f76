package dev.millrace.schemas.event;

/**
 * An operator wants an executor to get no new work, or to get work again. The standing is kept for the executor's id until it is changed,
 * also when the executor restarts.
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
