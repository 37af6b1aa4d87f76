package dev.millrace.scheduler.model;

/**
 * The settings of a pool that an operator may change. Durable.
 *
 * @param urgentSharePercent up to which part of the slots urgent tasks come before everybody's share
 * @param hedgePercent up to which part of the slots second attempts of stragglers may hold at once; 0 for none
 */
public record PoolPolicy(int urgentSharePercent, int hedgePercent) {
    public static final PoolPolicy DEFAULT = new PoolPolicy(50, 10);

    /** At least one unless switched off, so that a pool of one slot can be urgent too. */
    public int urgentLimit(int slots) {
        return part(slots, urgentSharePercent);
    }

    public int hedgeLimit(int slots) {
        return part(slots, hedgePercent);
    }

    private static int part(int slots, int percent) {
        return percent == 0 ? 0 : (int) Math.max(1, (long) slots * percent / 100);
    }
}
