package dev.millrace.scheduler.service.projector;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.platform.kafka.BatchConsumer;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.schemas.codec.Json;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.JobProgress;
import dev.millrace.schemas.event.JobStarted;
import dev.millrace.schemas.event.RetryScheduled;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.topic.Topic;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
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

    private final Vertx vertx;
    private final CqlSession session;
    private final ViewStatements views;
    private final BlobClient blobs;
    private final WorkerExecutor workers;
    private final BatchConsumer consumer;

    public Projector(
            Vertx vertx, KafkaSettings kafka, CqlSession session, CassandraSettings cassandra, BlobClient blobs) {
        this.vertx = vertx;
        this.session = session;
        this.views = new ViewStatements(session, cassandra);
        this.blobs = blobs;
        this.workers = vertx.createSharedWorkerExecutor("projector", 1);
        this.consumer = new BatchConsumer(
                vertx,
                kafka,
                "millrace-projector",
                Set.of(Topic.DECISIONS, Topic.COMPLETIONS),
                DECISIONS_PER_BATCH,
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
        // Preparing statements and reading plans block, so the round is put together on a worker, one batch at a time.
        return workers.executeBlocking(() -> statements(events)).compose(writes -> writeFrom(writes, 0));
    }

    private List<BoundStatement> statements(List<BatchConsumer.Received> events) throws Exception {
        Map<String, Long> newestProgress = new HashMap<>();
        for (BatchConsumer.Received received : events) {
            if (received.envelope().data() instanceof JobProgress it) {
                newestProgress.merge(it.jobId(), it.sequence(), Math::max);
            }
        }
        var writes = new ArrayList<BoundStatement>();
        for (BatchConsumer.Received received : events) {
            if (!(received.envelope().data() instanceof Decision decision)) {
                continue;
            }
            if (decision instanceof JobProgress it && it.sequence() < newestProgress.getOrDefault(it.jobId(), 0L)) {
                continue;
            }
            long atMs = received.timestampMs();
            writes.addAll(views.of(decision, atMs));
            if (decision instanceof JobStarted it) {
                Plan plan = Json.MAPPER.readValue(blobs.get(it.planDigest()), Plan.class);
                writes.addAll(views.queued(it, plan, atMs));
            } else if (decision instanceof TaskCompleted it && it.result() != null) {
                writes.addAll(views.samples(it.historyKey(), received.envelope().id(), it.finishedAtMs(), it.result()));
            } else if (decision instanceof RetryScheduled it && it.result() != null) {
                writes.addAll(retrySamples(it, received));
            }
        }
        return writes;
    }

    private List<BoundStatement> retrySamples(RetryScheduled it, BatchConsumer.Received received) {
        return it.result() == null
                ? List.of()
                : views.samples(it.historyKey(), received.envelope().id(), received.timestampMs(), it.result());
    }

    private Future<Void> writeFrom(List<BoundStatement> writes, int from) {
        if (from >= writes.size()) {
            return Future.succeededFuture();
        }
        int to = Math.min(writes.size(), from + CONCURRENT_WRITES);
        var round = new ArrayList<Future<?>>();
        for (BoundStatement write : writes.subList(from, to)) {
            round.add(Future.fromCompletionStage(session.executeAsync(write), vertx.getOrCreateContext()));
        }
        return Future.all(round).compose(done -> writeFrom(writes, to));
    }
}
