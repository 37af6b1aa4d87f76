package dev.millrace.schemas.event;

/**
 * The result of one unit of a suite task, for example of a test class. The runtime history of the unit consists of these results.
 *
 * @param durationMs wall-clock time that the unit alone took
 * @param finished whether the unit ran to its end
 */
public record UnitResult(String name, long durationMs, boolean finished, CaseCounts counts) {}
