package dev.millrace.schemas.spec;

/**
 * The smallest part of a suite that can run by itself, as an adapter found it.
 *
 * @param name third part of the history key
 * @param tests how many test cases it has, as far as is known without running it
 */
public record FoundUnit(String name, int tests) {}
