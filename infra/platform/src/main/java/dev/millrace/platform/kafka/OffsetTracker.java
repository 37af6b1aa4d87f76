package dev.millrace.platform.kafka;

import io.vertx.kafka.client.common.TopicPartition;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

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
    private final Map<TopicPartition, Deque<Entry>> unfinished = new HashMap<>();
    private final Map<TopicPartition, Long> committable = new HashMap<>();

    private static final class Entry {
        final long offset;
        boolean processed;

        Entry(long offset) {
            this.offset = offset;
        }
    }

    /** Notes a record that came from Kafka. A partition's records are noted in the order of their offsets. */
    void read(TopicPartition partition, long offset) {
        unfinished.computeIfAbsent(partition, it -> new ArrayDeque<>()).add(new Entry(offset));
    }

    /** Notes that a record needs no more work. A record of a partition that was forgotten changes nothing. */
    void processed(TopicPartition partition, long offset) {
        Deque<Entry> entries = unfinished.get(partition);
        if (entries == null) {
            return;
        }
        for (Entry entry : entries) {
            if (entry.offset == offset) {
                entry.processed = true;
                break;
            }
        }
        while (!entries.isEmpty() && entries.peek().processed) {
            committable.put(partition, entries.remove().offset + 1);
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

    /** How many records of a partition were read and are not processed. */
    int unfinished(TopicPartition partition) {
        Deque<Entry> entries = unfinished.get(partition);
        return entries == null ? 0 : entries.size();
    }

    /** Partitions with at least this many unfinished records. */
    Set<TopicPartition> withAtLeast(int records) {
        var full = new HashSet<TopicPartition>();
        unfinished.forEach((partition, entries) -> {
            if (entries.size() >= records) {
                full.add(partition);
            }
        });
        return full;
    }

    /** Forgets partitions that another member of the group reads now; it begins at the last commit. */
    void forget(Collection<TopicPartition> partitions) {
        unfinished.keySet().removeAll(partitions);
        committable.keySet().removeAll(partitions);
    }
}
