package dev.millrace.schemas.event;

/** An executor that could be chosen for a task, with its number of free slots. */
public record Candidate(String executorId, int freeSlots) {}
