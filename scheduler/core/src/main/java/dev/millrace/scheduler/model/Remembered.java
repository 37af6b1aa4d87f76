package dev.millrace.scheduler.model;

/**
 * The finished jobs that a pool remembers.
 *
 * @param bytes of the heap, an estimate from above that counts the durable form too
 * @param oldestMs when the first of them ended; the largest number if there is none
 */
public record Remembered(long bytes, long oldestMs) {}
