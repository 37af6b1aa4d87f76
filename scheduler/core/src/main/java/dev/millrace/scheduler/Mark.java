package dev.millrace.scheduler;

import dev.millrace.schemas.event.Standing;

/**
 * Why an executor gets no work. Durable, and kept when it restarts.
 *
 * @param by an operator, or the scheduler
 */
public record Mark(String executorId, Standing standing, String by, String reason) {}
