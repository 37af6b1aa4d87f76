package dev.millrace.scheduler.state.fleet;

import dev.millrace.schemas.event.Needs;

/**
 * Says that an executor is held for the next task with these needs.
 *
 * @param taskId the task for which the executor was held at first
 * @param owner the owner of that task, who is charged for the slots that are idle during the hold
 * @param slots how many slots the task takes there; other tasks of the owner must leave that many slots of its quota free
 * @param sinceTick when the hold began
 */
public record Reservation(String executorId, Needs needs, String taskId, String owner, int slots, long sinceTick) {}
