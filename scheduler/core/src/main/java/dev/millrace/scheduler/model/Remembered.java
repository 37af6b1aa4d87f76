package dev.millrace.scheduler.model;

/**
 * The finished jobs that a pool remembers.
 *
 * @param bytes the heap bytes that they take at most, an estimate that includes their durable form
 * @param oldestMs when the oldest of them ended; {@link Long#MAX_VALUE} if there is none
 */
public record Remembered(long bytes, long oldestMs) {}
