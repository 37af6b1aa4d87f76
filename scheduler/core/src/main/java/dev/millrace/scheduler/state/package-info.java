/**
 * The state of a pool, in memory. Anybody may ask: queries are public. {@link dev.millrace.scheduler.state.PoolState#apply} alone changes
 * its facts. Beside it {@link dev.millrace.scheduler.state.PoolState#settled} notes which jobs need no look, and
 * {@link dev.millrace.scheduler.state.PoolState#drainDirty} hands over what is to be made durable. Whatever else changes something is visible in
 * this package only. Depends on {@code model}, never on decisions.
 */
@NullMarked
package dev.millrace.scheduler.state;

import org.jspecify.annotations.NullMarked;
