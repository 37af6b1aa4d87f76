/**
 * The state of a pool, in memory. {@link dev.millrace.scheduler.state.PoolState#apply} alone changes its facts; queries are public.
 * {@link dev.millrace.scheduler.state.PoolState#settled} notes which jobs need no look, and
 * {@link dev.millrace.scheduler.state.PoolState#drainDirty} hands over what is to be made durable. The backlog and the fleet have packages
 * below this one, and are shown to others as views. Depends on {@code model}, never on decisions.
 */
@NullMarked
package dev.millrace.scheduler.state;

import org.jspecify.annotations.NullMarked;
