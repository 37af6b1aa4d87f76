package dev.millrace.scheduler.state.fleet;

import dev.millrace.schemas.event.Needs;

/**
 * An executor that is held for whichever task with these needs is next.
 *
 * @param taskId the task for which it was held first
 * @param owner of that task, who is charged for the slots that are idle meanwhile
 * @param slots that the task takes there, which the owner's other tasks must leave of its quota
 * @param sinceTick when it was held first
 */
public record Reservation(String executorId, Needs needs, String taskId, String owner, int slots, long sinceTick) {}
