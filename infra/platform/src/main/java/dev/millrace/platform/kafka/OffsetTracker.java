package dev.millrace.platform.kafka;

import io.vertx.kafka.client.common.TopicPartition;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Computes which offsets a consumer may commit while it processes records in any order. All records before a committed offset are
 * processed. Therefore a record that fails is read again after a restart, even if later records of its partition were processed.
 *
 * <pre> read       0 1 2 3 4 processed  x x . x .      may commit 2; once 2 is processed, 4
 * </pre>
 *
 * Not thread-safe.
 */
final class OffsetTracker {
    private final Map<TopicPartition, Partition> partitions = new HashMap<>();
    private final Map<TopicPartition, Long> committable = new HashMap<>();

    /** The records that were read from one partition. Processed records use no memory, wherever they are in the partition. */
    private static final class Partition {
        final NavigableSet<Long> unprocessed = new TreeSet<>();
        long next;

        /** Returns the offset before which all records are processed. */
        long reached() {
            return unprocessed.isEmpty() ? next : unprocessed.first();
        }
    }

    /** Notes a record that came from Kafka. A partition's records are noted in the order of their offsets. */
    void read(TopicPartition partition, long offset) {
        Partition known = partitions.computeIfAbsent(partition, it -> new Partition());
        known.unprocessed.add(offset);
        known.next = offset + 1;
    }

    /** Notes that a record needs no more work. A record of a partition that was forgotten changes nothing. */
    void processed(TopicPartition partition, long offset) {
        Partition known = partitions.get(partition);
        if (known == null) {
            return;
        }
        long before = known.reached();
        if (known.unprocessed.remove(offset) && known.reached() > before) {
            committable.put(partition, known.reached());
        }
    }

    /** Returns the offsets to commit, by partition; empty if {@link #committed} was called for all of them. */
    Map<TopicPartition, Long> committable() {
        return Map.copyOf(committable);
    }

    /** Notes that these offsets are committed. */
    void committed(Map<TopicPartition, Long> offsets) {
        offsets.forEach(committable::remove);
    }

    /**
     * Returns the partitions with at least this many records that were read and are not processed. Processed records that wait behind an
     * unprocessed one do not count.
     */
    Set<TopicPartition> withAtLeast(int records) {
        var full = new HashSet<TopicPartition>();
        partitions.forEach((partition, known) -> {
            if (known.unprocessed.size() >= records) {
                full.add(partition);
            }
        });
        return full;
    }

    /** Forgets partitions that another member of the group reads now. That member begins at the last committed offset. */
    void forget(Collection<TopicPartition> lost) {
        partitions.keySet().removeAll(lost);
        committable.keySet().removeAll(lost);
    }
}
