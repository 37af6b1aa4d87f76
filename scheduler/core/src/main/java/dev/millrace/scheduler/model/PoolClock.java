package dev.millrace.scheduler.model;

/**
 * How far a pool has come, in virtual time and in jobs it has forgotten. Durable; neither ever goes back.
 *
 * @param virtualTime the virtual clock of its fair share
 * @param forgottenUpToMs the latest end of a job that is forgotten: an unknown job that is no newer may be one;
 *     0 if there is none
 */
public record PoolClock(long virtualTime, long forgottenUpToMs) {}
