package dev.millrace.scheduler.service.projector;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.platform.kafka.BatchConsumer;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobProgress;
import dev.millrace.schemas.topic.Topic;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes the views and the runtime history. Projects the dispatcher's output only; a batch of records becomes one round of
 * concurrent writes, of which progress that is already outdated is left out. While Cassandra is down the topics wait.
 */
public final class Projector {
    /** Writes in flight; the driver refuses more than about 1,024 on a connection. */
    private static final int CONCURRENT_WRITES = 256;

    private static final int DECISIONS_PER_BATCH = 500;

    /** Views may be a fifth of a second behind. */
    private static final BatchConsumer.Gathering GATHERING = new BatchConsumer.Gathering(64 * 1024, 200, 1_000);

    private static final int WRITES_PER_PIECE = 2_000;

    private final Vertx vertx;
    private final CqlSession session;
    private final Projection projection;
    private final WorkerExecutor workers;
    private final BatchConsumer consumer;

    public Projector(
            Vertx vertx, KafkaSettings kafka, CqlSession session, CassandraSettings cassandra, BlobClient blobs) {
        this.vertx = vertx;
        this.session = session;
        this.projection = new Projection(session, cassandra, blobs);
        this.workers = vertx.createSharedWorkerExecutor("projector", 1);
        this.consumer = new BatchConsumer(
                vertx,
                kafka,
                "millrace-projector",
                Set.of(Topic.DECISIONS, Topic.COMPLETIONS),
                DECISIONS_PER_BATCH,
                GATHERING,
                this::project);
    }

    public Future<Void> start() {
        return consumer.start();
    }

    public boolean isHealthy() {
        return consumer.isHealthy();
    }

    public Future<Void> stop() {
        return consumer.stop();
    }

    private Future<Void> project(List<BatchConsumer.Received> events) {
        return projectFrom(events, newestProgress(events), 0);
    }

    /** One event may stand for a whole plan, so the writes of a batch are made and written piece by piece. */
    private Future<Void> projectFrom(List<BatchConsumer.Received> events, Map<String, Long> newestProgress, int from) {
        if (from >= events.size()) {
            return Future.succeededFuture();
        }
        // Preparing statements and reading plans block, so a piece is put together on a worker, one at a time.
        return workers.executeBlocking(() -> piece(events, newestProgress, from))
                .compose(piece -> writeFrom(PartitionBatches.of(piece.writes()), 0)
                        .compose(done -> projectFrom(events, newestProgress, piece.next())));
    }

    /** Writes, and the index of the first event that is not in them. */
    private record Piece(List<BoundStatement> writes, int next) {}

    private Piece piece(List<BatchConsumer.Received> events, Map<String, Long> newestProgress, int from)
            throws IOException {
        var writes = new ArrayList<BoundStatement>();
        int next = from;
        while (next < events.size() && writes.size() < WRITES_PER_PIECE) {
            if (next > from && events.get(next).envelope().data() instanceof JobCompleted) {
                // A job must not look finished before its tasks do.
                break;
            }
            writes.addAll(statements(events.get(next), newestProgress));
            next++;
        }
        return new Piece(writes, next);
    }

    private static Map<String, Long> newestProgress(List<BatchConsumer.Received> events) {
        Map<String, Long> newestProgress = new HashMap<>();
        for (BatchConsumer.Received received : events) {
            if (received.envelope().data() instanceof JobProgress it) {
                newestProgress.merge(it.jobId(), it.sequence(), Math::max);
            }
        }
        return newestProgress;
    }

    private List<BoundStatement> statements(BatchConsumer.Received received, Map<String, Long> newestProgress)
            throws IOException {
        boolean outdated = received.envelope().data() instanceof JobProgress it
                && it.sequence() < newestProgress.getOrDefault(it.jobId(), 0L);
        return outdated ? List.of() : projection.of(received.envelope(), received.timestampMs());
    }

    private Future<Void> writeFrom(List<Statement<?>> writes, int from) {
        if (from >= writes.size()) {
            return Future.succeededFuture();
        }
        int to = Math.min(writes.size(), from + CONCURRENT_WRITES);
        var round = new ArrayList<Future<?>>();
        for (Statement<?> write : writes.subList(from, to)) {
            round.add(Future.fromCompletionStage(session.executeAsync(write), vertx.getOrCreateContext()));
        }
        return Future.all(round).compose(done -> writeFrom(writes, to));
    }
}
