package dev.millrace.executor.cases;

/**
 * How the process that ran the cases ended.
 *
 * @param reason what to say about units that did not finish
 * @param explained whether the results of the cases can explain how the process ended: it ended by itself, in the way of a runner whose
 *     cases passed or failed
 */
public record RunnerEnd(String reason, boolean explained) {}
