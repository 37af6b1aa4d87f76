package dev.millrace.scheduler;

/**
 * What an operator may set for a pool. Durable.
 *
 * @param urgentSharePercent up to which part of the slots urgent tasks come before everybody's share
 */
public record PoolPolicy(int urgentSharePercent) {
    public static final PoolPolicy DEFAULT = new PoolPolicy(50);
}
