/**
 * The scheduler's core, pure: {@link dev.millrace.scheduler.PoolScheduler} lets {@code decide} say what follows from an input, and
 * {@code state} apply it, until nothing is due. {@code model} has the values of both. No I/O, no clock, no randomness, no threads: time
 * comes in with each input. May depend on {@code schemas} alone.
 *
 * <pre>
 * PoolScheduler ──▶ decide ──▶ state ──▶ model
 * </pre>
 */
@NullMarked
package dev.millrace.scheduler;

import org.jspecify.annotations.NullMarked;
