package dev.millrace.scheduler.simulation;

/** The record of one attempt of a task that ran to its end. */
public record TaskRecord(
        int job, int task, String owner, String executor, long arrivedMs, long startedMs, long endedMs) {
    public long waitedMs() {
        return startedMs - arrivedMs;
    }

    /** Returns how long the attempt held its slot within {@code [fromMs, toMs)}. */
    public long slotMsWithin(long fromMs, long toMs) {
        return Math.max(0, Math.min(endedMs, toMs) - Math.max(startedMs, fromMs));
    }
}
