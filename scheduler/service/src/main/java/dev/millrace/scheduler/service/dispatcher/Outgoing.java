package dev.millrace.scheduler.service.dispatcher;

import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.StreamPartitioner;

/** The value of a record to be sent, and the partition that was chosen when it was encoded. */
@SuppressWarnings("ArrayRecordComponent") // Lives for one hand-over and is never compared.
record Outgoing(byte[] value, int partition) {
    static final class ValueSerializer implements Serializer<Outgoing> {
        @Override
        public byte[] serialize(String topic, Outgoing data) {
            return data.value();
        }
    }

    static final class ToPartition implements StreamPartitioner<String, Outgoing> {
        @Override
        public Optional<Set<Integer>> partitions(String topic, String key, Outgoing value, int numPartitions) {
            if (value.partition() >= numPartitions) {
                throw new IllegalStateException(topic + " has " + numPartitions + " partitions, fewer than configured");
            }
            return Optional.of(Set.of(value.partition()));
        }
    }
}
