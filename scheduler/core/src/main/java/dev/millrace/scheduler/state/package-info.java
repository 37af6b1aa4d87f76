/**
 * The state of a pool, in memory. {@link dev.millrace.scheduler.state.PoolState#apply} alone changes its facts; queries are public. {@link
 * dev.millrace.scheduler.state.PoolState#settled} notes the jobs for which nothing is due, and {@link
 * dev.millrace.scheduler.state.PoolState#drainDirty} returns what must be made durable. The backlog and the fleet have their own packages
 * below this one. Other packages see them only as views. Depends on {@code model}, never on decisions.
 */
@NullMarked
package dev.millrace.scheduler.state;

import org.jspecify.annotations.NullMarked;
