package dev.millrace.schemas.event;

/**
 * An executor that could have been chosen, with what spoke for it.
 */
public record Candidate(String executorId, int freeSlots) {}
