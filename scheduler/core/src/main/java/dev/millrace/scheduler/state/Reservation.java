package dev.millrace.scheduler.state;

import dev.millrace.schemas.event.Needs;

/**
 * An executor that is held for whichever task with these needs is next.
 *
 * @param taskId the task for which it was held first
 */
public record Reservation(String executorId, Needs needs, String taskId) {}
