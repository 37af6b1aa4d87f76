package dev.millrace.executor;

/**
 * The lease of an executor. It holds while the last heartbeat that Kafka acknowledged was sent less than the lease time ago,
 * on the executor's monotonic clock. Pure.
 *
 * @param sentNanos when the last acknowledged heartbeat was sent
 */
record Lease(long sentNanos, long leaseNanos) {
    boolean holdsAt(long nowNanos) {
        return nowNanos - sentNanos < leaseNanos;
    }

    Lease renewed(long acknowledgedSentNanos) {
        return acknowledgedSentNanos > sentNanos ? new Lease(acknowledgedSentNanos, leaseNanos) : this;
    }
}
