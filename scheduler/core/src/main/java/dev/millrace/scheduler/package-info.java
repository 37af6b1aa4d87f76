/**
 * The core of the scheduler. For each input, {@link dev.millrace.scheduler.PoolScheduler} uses {@code decide} to find what follows from it
 * and {@code state} to apply that, until nothing is due. {@code model} contains the values that both use. The core is pure: it has no I/O,
 * no clock, no randomness and no threads. The time comes in with each input. May depend on {@code schemas} alone.
 *
 * <pre> PoolScheduler ──▶ decide ──▶ state ──▶ model
 * </pre>
 */
@NullMarked
package dev.millrace.scheduler;

import org.jspecify.annotations.NullMarked;
