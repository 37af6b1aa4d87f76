/**
 * The executors of a pool, their attempts and their free slots. Decisions see the {@link dev.millrace.scheduler.state.fleet.FleetView} and
 * the {@link dev.millrace.scheduler.state.fleet.ExecutorView} only. The methods that change them are public because the package {@code
 * state} calls them. That package does not give the {@code Fleet} to others. Depends on {@code model} only.
 */
@NullMarked
package dev.millrace.scheduler.state.fleet;

import org.jspecify.annotations.NullMarked;
