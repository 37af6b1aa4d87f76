package dev.millrace.scheduler.service.projector;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.scheduler.service.documents.Documents;
import dev.millrace.schemas.codec.EventEnvelope;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Recomputes the views from events, in whatever keyspace it is given, with the very statements of the projector. Blocking. */
public final class ViewRebuild {
    private static final int IN_FLIGHT = 256;

    private final CqlSession session;
    private final Projection projection;
    private final Deque<CompletionStage<AsyncResultSet>> inFlight = new ArrayDeque<>();

    public ViewRebuild(CqlSession session, CassandraSettings target, BlobClient blobs) {
        this.session = session;
        this.projection = new Projection(session, target.keyspace(), new Documents(blobs, () -> false, Duration.ZERO));
    }

    /**
     * Writes what an event means.
     *
     * @throws IOException when a plan cannot be read
     * @throws CompletionException when Cassandra refuses a write
     */
    public void add(EventEnvelope event, long atMs) throws IOException {
        for (BoundStatement write : projection.of(event, atMs)) {
            if (inFlight.size() == IN_FLIGHT) {
                inFlight.remove().toCompletableFuture().join();
            }
            inFlight.add(session.executeAsync(write));
        }
    }

    /** Returns once everything is written. */
    public void finish() {
        while (!inFlight.isEmpty()) {
            inFlight.remove().toCompletableFuture().join();
        }
    }
}
