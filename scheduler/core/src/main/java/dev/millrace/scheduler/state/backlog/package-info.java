/**
 * The waiting tasks of a pool and the shares of their owners. Decisions see the {@link dev.millrace.scheduler.state.backlog.BacklogView}
 * alone; what changes the backlog is public for the package of the state, which keeps the {@code Backlog} to itself. Depends on
 * {@code model} and {@code state.fleet}.
 */
@NullMarked
package dev.millrace.scheduler.state.backlog;

import org.jspecify.annotations.NullMarked;
