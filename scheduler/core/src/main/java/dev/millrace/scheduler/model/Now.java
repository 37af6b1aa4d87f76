package dev.millrace.scheduler.model;

/**
 * The time of an input.
 *
 * @param tickMs the time by the ticks that were read back; never goes back within a generation; leases are measured with it
 * @param wallMs when the input was appended to its topic. It is written into events. Decisions compare it for two purposes only: to forget
 *     tombstones, and to find out whether an unknown job may be a forgotten one
 */
public record Now(long tickMs, long wallMs) {}
