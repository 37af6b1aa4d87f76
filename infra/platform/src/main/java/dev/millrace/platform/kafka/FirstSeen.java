package dev.millrace.platform.kafka;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/** Remembers when each open transaction was seen for the first time, by the caller's clock. Not thread-safe. */
final class FirstSeen {
    private final Map<Transaction, Long> sinceNanos = new HashMap<>();

    /** A transaction in a partition. The start offset tells it from the next transaction of the same producer. */
    record Transaction(TopicPartition partition, long producerId, long startOffset) {}

    /**
     * Returns the open transactions that an earlier call saw for the first time more than {@code ageNanos} ago.
     *
     * @param open the transactions that are open now; all others are forgotten
     * @param nowNanos the present time of a monotonic clock
     */
    Set<Transaction> olderThan(long ageNanos, Set<Transaction> open, long nowNanos) {
        sinceNanos.keySet().retainAll(open);
        return open.stream()
                .filter(it -> nowNanos - sinceNanos.computeIfAbsent(it, first -> nowNanos) > ageNanos)
                .collect(Collectors.toSet());
    }
}
