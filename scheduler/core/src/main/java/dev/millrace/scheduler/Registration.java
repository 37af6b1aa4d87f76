package dev.millrace.scheduler;

/** The part of an executor that outlives the dispatcher. */
public record Registration(String executorId, String incarnation, int slots, boolean draining) {}
