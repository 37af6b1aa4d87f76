package dev.millrace.executor.inputs;

/**
 * How much of the disk inputs may take.
 *
 * @param cacheBytes kept between tasks
 * @param copiedBytes of one attempt's inputs where they are not shared
 * @param inputBytes of one attempt's inputs, shared or not, with every copy that is made of a file
 * @param minFreeBytes that fetching and copying leave free, whoever else fills the disk meanwhile
 */
public record InputLimits(long cacheBytes, long copiedBytes, long inputBytes, long minFreeBytes) {}
