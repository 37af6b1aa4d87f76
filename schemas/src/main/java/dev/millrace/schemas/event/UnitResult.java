package dev.millrace.schemas.event;

/**
 * The result of one unit of a suite task (a test class): the sample its runtime history is made of.
 *
 * @param durationMs wall time of the unit alone
 * @param finished whether the unit came to its own end
 */
public record UnitResult(String name, long durationMs, boolean finished, CaseCounts counts) {}
