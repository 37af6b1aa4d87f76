package dev.millrace.schemas.topic;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.apache.kafka.common.utils.Utils;

/**
 * Maps names to partitions. All code must use this mapping, and it must not change: otherwise the events of one pool would go to several
 * dispatchers.
 */
public final class PoolPartitioner {
    private PoolPartitioner() {}

    /** Murmur2 over the UTF-8 bytes, as Kafka's own default partitioner computes it for keys. */
    public static int partition(String name, int partitions) {
        return Utils.toPositive(Utils.murmur2(name.getBytes(UTF_8))) % partitions;
    }
}
