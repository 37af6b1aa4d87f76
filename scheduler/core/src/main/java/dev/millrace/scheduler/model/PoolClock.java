package dev.millrace.scheduler.model;

/**
 * How far a pool has advanced, in virtual time and in forgetting finished jobs. Durable; neither value ever decreases.
 *
 * @param virtualTime the virtual clock by which the pool's slots are shared fairly
 * @param forgottenUpToMs the latest end of a forgotten job; an unknown job that is no newer may be a forgotten one; 0 if no job was
 *     forgotten
 */
public record PoolClock(long virtualTime, long forgottenUpToMs) {}
