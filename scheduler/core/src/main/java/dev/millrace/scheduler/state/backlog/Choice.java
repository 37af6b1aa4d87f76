package dev.millrace.scheduler.state.backlog;

import dev.millrace.scheduler.model.TaskState;
import dev.millrace.schemas.event.PlacementRule;
import org.jspecify.annotations.Nullable;

/**
 * The task that is placed next, and why.
 *
 * @param runnerUp the owner whose turn it would have been otherwise
 */
public record Choice(TaskState.Waiting task, PlacementRule rule, OwnerQueue owner, @Nullable OwnerQueue runnerUp) {}
