package dev.millrace.scheduler.service.projector;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import dev.millrace.platform.cassandra.Cassandra;
import dev.millrace.platform.cassandra.CassandraUnavailableException;
import dev.millrace.platform.kafka.BatchConsumer;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.platform.work.AsyncLoop;
import dev.millrace.scheduler.service.documents.Documents;
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
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the views and the runtime history. Reads only the dispatcher's output. The writes of a batch of records are sent concurrently, and
 * progress events that are already outdated are skipped. While Cassandra is down, the events stay on their topics.
 */
public final class Projector {
    private static final Logger LOG = LoggerFactory.getLogger(Projector.class);

    /** The most writes in flight at the same time; the driver refuses more than about 1,024 on one connection. */
    private static final int CONCURRENT_WRITES = 256;

    private static final int DECISIONS_PER_BATCH = 500;

    /** Records may wait up to 200 ms for others, so views may be a fifth of a second behind. */
    private static final BatchConsumer.Gathering GATHERING = new BatchConsumer.Gathering(64 * 1024, 200, 1_000);

    private static final int WRITES_PER_PIECE = 2_000;

    private final Vertx vertx;
    private final Cassandra cassandra;
    private final Documents documents;
    private final WorkerExecutor workers;
    private final BatchConsumer consumer;

    /** Used only by the worker thread. Created once Cassandra is reachable. */
    private @Nullable Projection projection;

    public Projector(Vertx vertx, KafkaSettings kafka, Cassandra cassandra, Documents documents) {
        this.vertx = vertx;
        this.cassandra = cassandra;
        this.documents = documents;
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

    /** Returns why the views are not updated at present, or null while they are. */
    public @Nullable String trouble() {
        return consumer.trouble();
    }

    public Future<Void> stop() {
        return consumer.stop().eventually(workers::close);
    }

    private Future<List<BatchConsumer.Refused>> project(List<BatchConsumer.Received> events) {
        var refused = new ArrayList<BatchConsumer.Refused>();
        Map<String, Long> newestProgress = newestProgress(events);
        var next = new AtomicInteger();
        // One event may cause the writes of a whole plan, so the writes of a batch are prepared and sent in pieces.
        // Preparing statements and reading plans block, so each piece is prepared on a worker thread, one piece at a
        // time.
        return AsyncLoop.whileTrue(() -> next.get() >= events.size()
                        ? Future.succeededFuture(false)
                        : workers.executeBlocking(() -> piece(events, newestProgress, next.get()))
                                .compose(piece -> {
                                    refused.addAll(piece.refused());
                                    next.set(piece.next());
                                    return write(PartitionBatches.of(piece.writes()))
                                            .map(true);
                                }))
                .map(done -> refused);
    }

    /**
     * A part of a batch: its writes, the index of the first event that comes after it, and those of its events that cannot be projected.
     */
    private record Piece(List<BoundStatement> writes, int next, List<BatchConsumer.Refused> refused) {}

    private Piece piece(List<BatchConsumer.Received> events, Map<String, Long> newestProgress, int from)
            throws IOException {
        var writes = new ArrayList<BoundStatement>();
        var refused = new ArrayList<BatchConsumer.Refused>();
        Projection ready = projection();
        int next = from;
        while (next < events.size() && writes.size() < WRITES_PER_PIECE) {
            BatchConsumer.Received event = events.get(next);
            if (next > from && event.envelope().data() instanceof JobCompleted) {
                // A job must not look finished before its tasks do.
                break;
            }
            try {
                if (!isOutdated(event, newestProgress)) {
                    writes.addAll(ready.of(event.envelope(), event.timestampMs()));
                }
            } catch (DriverException e) {
                throw e;
            } catch (IOException e) {
                documents.look(events.subList(next + 1, events.size()).stream()
                        .flatMap(it -> Projection.document(it.envelope().data()).stream())
                        .toList());
                throw e;
            } catch (RuntimeException e) {
                // The event, or a blob that it names, is invalid and will stay invalid. A blob that may become readable
                // later causes an IOException instead.
                refused.add(new BatchConsumer.Refused(event, "cannot be projected: " + e));
            }
            next++;
        }
        return new Piece(writes, next, refused);
    }

    private Projection projection() throws IOException {
        Projection ready = projection;
        if (ready == null) {
            ready = new Projection(cassandra.session(), cassandra.keyspace(), documents);
            projection = ready;
        }
        return ready;
    }

    private static boolean isOutdated(BatchConsumer.Received event, Map<String, Long> newestProgress) {
        return event.envelope().data() instanceof JobProgress it
                && it.sequence() < newestProgress.getOrDefault(it.jobId(), 0L);
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

    private Future<Void> write(List<Statement<?>> writes) {
        var from = new AtomicInteger();
        return AsyncLoop.whileTrue(() -> {
            if (from.get() >= writes.size()) {
                return Future.succeededFuture(false);
            }
            int to = Math.min(writes.size(), from.get() + CONCURRENT_WRITES);
            List<Future<Void>> round = writes.subList(from.getAndSet(to), to).stream()
                    .map(this::execute)
                    .toList();
            return Future.all(round).map(true);
        });
    }

    /** Executes a write. If Cassandra will never accept it, leaves it out, so that it does not stop all views. */
    private Future<Void> execute(Statement<?> write) {
        CqlSession session;
        try {
            session = cassandra.session();
        } catch (CassandraUnavailableException e) {
            return Future.failedFuture(e);
        }
        return Future.fromCompletionStage(session.executeAsync(write), vertx.getOrCreateContext())
                .<Void>mapEmpty()
                .recover(failure -> {
                    // Cassandra refuses an invalid query from every client and for good. Other failures, such as a
                    // missing permission, may pass.
                    if (!(failure instanceof InvalidQueryException)) {
                        return Future.failedFuture(failure);
                    }
                    if (write instanceof BatchStatement batch) {
                        var singly = new ArrayList<Future<Void>>();
                        batch.forEach(single -> singly.add(execute(single)));
                        return Future.all(singly).mapEmpty();
                    }
                    LOG.atError().addKeyValue("cause", failure).log("Cassandra refuses a write, which is left out");
                    return Future.succeededFuture();
                });
    }
}
