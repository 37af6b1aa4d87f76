package dev.millrace.scheduler.model;

/**
 * The time of an input.
 *
 * @param tickMs time of the last tick that was read back, monotonic within a generation: leases are measured with it
 * @param wallMs when the input was appended to its topic: written into events, never compared for a decision but the
 *     forgetting of tombstones and what is older than those that were forgotten
 */
public record Now(long tickMs, long wallMs) {}
