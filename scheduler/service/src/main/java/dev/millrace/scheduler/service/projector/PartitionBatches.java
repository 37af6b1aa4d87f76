package dev.millrace.scheduler.service.projector;

import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts writes to the same partition into one request. The server turns writes to several tables with the same partition key into one
 * mutation, which costs little more than a single row. A batch never spans partitions, since that would cost the server more.
 */
final class PartitionBatches {
    private static final int MAX_STATEMENTS = 100;

    /** Well below the largest mutation that a node accepts, which is half a segment of its commit log. */
    private static final int MAX_BYTES = 512 * 1024;

    private PartitionBatches() {}

    /** Returns the same writes in fewer statements, in no particular order. */
    static List<Statement<?>> of(List<BoundStatement> writes) {
        Map<ByteBuffer, List<BoundStatement>> byPartition = new LinkedHashMap<>();
        var out = new ArrayList<Statement<?>>();
        for (BoundStatement write : writes) {
            ByteBuffer partition = write.getRoutingKey();
            if (partition == null) {
                out.add(write);
            } else {
                byPartition.computeIfAbsent(partition, it -> new ArrayList<>()).add(write);
            }
        }
        byPartition.values().forEach(those -> split(those, out));
        return out;
    }

    private static void split(List<BoundStatement> those, List<Statement<?>> out) {
        var batch = new ArrayList<BoundStatement>();
        long bytes = 0;
        for (BoundStatement write : those) {
            long size = size(write);
            if (!batch.isEmpty() && (batch.size() == MAX_STATEMENTS || bytes + size > MAX_BYTES)) {
                out.add(statement(batch));
                batch.clear();
                bytes = 0;
            }
            batch.add(write);
            bytes += size;
        }
        out.add(statement(batch));
    }

    private static Statement<?> statement(List<BoundStatement> batch) {
        return batch.size() == 1 ? batch.get(0) : BatchStatement.newInstance(BatchType.UNLOGGED, List.copyOf(batch));
    }

    private static long size(BoundStatement write) {
        long bytes = 0;
        for (ByteBuffer value : write.getValues()) {
            bytes += value == null ? 0 : value.remaining();
        }
        return bytes;
    }
}
