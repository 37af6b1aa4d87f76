package dev.millrace.schemas.spec;

/**
 * The smallest part of a suite that can run by itself, as an adapter found it.
 *
 * @param name name of the unit; third part of the history key
 * @param tests number of its test cases, as far as discovery can tell without running them
 */
public record FoundUnit(String name, int tests) {}
