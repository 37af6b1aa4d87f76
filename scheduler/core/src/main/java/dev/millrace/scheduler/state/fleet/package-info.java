/**
 * The executors of a pool, their attempts and their room. Decisions see the {@link dev.millrace.scheduler.state.fleet.FleetView} and the
 * {@link dev.millrace.scheduler.state.fleet.ExecutorView} alone; what changes them is public for the package of the state, which keeps
 * the {@code Fleet} to itself. Depends on {@code model} only.
 */
@NullMarked
package dev.millrace.scheduler.state.fleet;

import org.jspecify.annotations.NullMarked;
