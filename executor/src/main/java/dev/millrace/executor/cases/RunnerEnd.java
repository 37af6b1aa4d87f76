package dev.millrace.executor.cases;

/**
 * How the process that ran the cases ended.
 *
 * @param reason what to say about units that did not finish
 * @param explained true if the process exited by itself with an exit code that a runner uses when its cases passed or failed, so that the results of the cases explain the exit code
 */
public record RunnerEnd(String reason, boolean explained) {}
