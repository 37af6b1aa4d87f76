package dev.millrace.schemas.topic;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.apache.kafka.common.utils.Utils;

/** The one mapping of names to partitions; changing it would split pools between dispatchers. */
public final class PoolPartitioner {
    private PoolPartitioner() {}

    /** Murmur2 over the UTF-8 bytes, as Kafka's own default partitioner computes it for keys. */
    public static int partition(String name, int partitions) {
        return Utils.toPositive(Utils.murmur2(name.getBytes(UTF_8))) % partitions;
    }
}
