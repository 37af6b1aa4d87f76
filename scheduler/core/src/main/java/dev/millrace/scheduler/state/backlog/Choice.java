package dev.millrace.scheduler.state.backlog;

import dev.millrace.scheduler.model.TaskState;
import dev.millrace.schemas.event.PlacementRule;
import org.jspecify.annotations.Nullable;

/**
 * The task that is placed next, and why.
 *
 * @param runnerUp the owner that would have been next if this one had no task to place; null if there is none
 */
public record Choice(TaskState.Waiting task, PlacementRule rule, OwnerQueue owner, @Nullable OwnerQueue runnerUp) {}
