package dev.millrace.executor.cases;

/**
 * How the process that ran the cases ended.
 *
 * @param reason what to say about units that did not finish
 * @param explained whether its cases can explain the end: it ended by itself, as a runner does whose cases passed or failed
 */
public record RunnerEnd(String reason, boolean explained) {}
