package dev.millrace.executor.inputs;

/**
 * How much disk space inputs may use.
 *
 * @param cacheBytes bytes of inputs that are kept between tasks
 * @param copiedBytes bytes of one attempt's inputs if they are copied and not shared
 * @param inputBytes bytes on the disk of one attempt's inputs, shared or not, including every copy that is made of a file
 * @param minFreeBytes bytes that must stay free on the disk when inputs are fetched and copied, even if others fill the disk meanwhile
 */
public record InputLimits(long cacheBytes, long copiedBytes, long inputBytes, long minFreeBytes) {}
