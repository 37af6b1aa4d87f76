/**
 * The waiting tasks of a pool and the shares of their owners. Decisions see the {@link dev.millrace.scheduler.state.backlog.BacklogView}
 * only. The methods that change the backlog are public because the package {@code state} calls them. That package does not give the {@code
 * Backlog} to others. Depends on {@code model} and {@code state.fleet}.
 */
@NullMarked
package dev.millrace.scheduler.state.backlog;

import org.jspecify.annotations.NullMarked;
