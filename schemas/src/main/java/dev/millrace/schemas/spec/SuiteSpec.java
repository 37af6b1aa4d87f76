package dev.millrace.schemas.spec;

/** A suite an adapter makes tasks of; exactly one adapter is named. */
public record SuiteSpec(JUnitSuite junit) {}
