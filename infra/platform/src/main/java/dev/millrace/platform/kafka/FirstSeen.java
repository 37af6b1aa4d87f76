package dev.millrace.platform.kafka;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/** Remembers since when open transactions are seen, on the caller's clock alone. Not thread-safe. */
final class FirstSeen {
    private final Map<Transaction, Long> sinceNanos = new HashMap<>();

    /** A transaction in a partition; the same producer's next one begins at another offset. */
    record Transaction(TopicPartition partition, long producerId, long startOffset) {}

    /**
     * Those that were seen by earlier calls, too, and for longer than {@code ageNanos}.
     *
     * @param open what is seen now; all else is forgotten
     * @param nowNanos monotonic
     */
    Set<Transaction> olderThan(long ageNanos, Set<Transaction> open, long nowNanos) {
        sinceNanos.keySet().retainAll(open);
        return open.stream()
                .filter(it -> nowNanos - sinceNanos.computeIfAbsent(it, first -> nowNanos) > ageNanos)
                .collect(Collectors.toSet());
    }
}
