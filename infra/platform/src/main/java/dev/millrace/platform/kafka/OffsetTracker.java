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
 * Which offsets a consumer may commit while it processes records in any order: never one whose record, or any record before
 * it in its partition, is not processed. A record that fails therefore comes again after a restart, whatever was processed
 * behind it.
 *
 * <pre>
 * read       0 1 2 3 4
 * processed  x x . x .      may commit 2; once 2 is processed, 4
 * </pre>
 *
 * Not thread-safe.
 */
final class OffsetTracker {
    private final Map<TopicPartition, Partition> partitions = new HashMap<>();
    private final Map<TopicPartition, Long> committable = new HashMap<>();

    /** The records read of one partition. Processed ones take no room, wherever they lie. */
    private static final class Partition {
        final NavigableSet<Long> unprocessed = new TreeSet<>();
        long next;

        /** Everything before it is processed. */
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

    /** Offsets to commit, by partition; empty if there is nothing new since {@link #committed}. */
    Map<TopicPartition, Long> committable() {
        return Map.copyOf(committable);
    }

    /** Notes that these offsets are committed. */
    void committed(Map<TopicPartition, Long> offsets) {
        offsets.forEach(committable::remove);
    }

    /** Partitions with at least this many records that were read and are not processed; those that wait behind one do not count. */
    Set<TopicPartition> withAtLeast(int records) {
        var full = new HashSet<TopicPartition>();
        partitions.forEach((partition, known) -> {
            if (known.unprocessed.size() >= records) {
                full.add(partition);
            }
        });
        return full;
    }

    /** Forgets partitions that another member of the group reads now; it begins at the last commit. */
    void forget(Collection<TopicPartition> lost) {
        partitions.keySet().removeAll(lost);
        committable.keySet().removeAll(lost);
    }
}
