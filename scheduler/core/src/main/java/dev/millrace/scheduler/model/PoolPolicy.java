package dev.millrace.scheduler.model;

/**
 * The settings of a pool that an operator may change. Durable.
 *
 * @param urgentSharePercent the percentage of the slots up to which urgent tasks are placed first, regardless of fair shares
 * @param hedgePercent the largest percentage of the slots that second attempts of stragglers may hold at once; 0 for no second attempts
 */
public record PoolPolicy(int urgentSharePercent, int hedgePercent) {
    public static final PoolPolicy DEFAULT = new PoolPolicy(50, 10);

    /**
     * Returns the number of slots up to which urgent tasks are placed first. It is at least 1 unless the share is 0, so that urgent tasks
     * are placed first in a pool of one slot too.
     */
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
