/**
 * The scheduler's decisions, pure: {@link dev.millrace.scheduler.Decider} and {@link dev.millrace.scheduler.FollowUps}
 * look at a {@link dev.millrace.scheduler.PoolState} and return events, and only {@code apply} changes it. No I/O, no clock,
 * no randomness, no threads: time comes in with each input. May depend on {@code schemas} alone.
 */
@NullMarked
package dev.millrace.scheduler;

import org.jspecify.annotations.NullMarked;
