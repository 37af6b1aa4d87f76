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

/** Rebuilds the views and the runtime history from events, in the given keyspace and with the same statements as the projector. Blocks. */
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
     * Starts the writes of an event. {@link #finish} waits for those that are still in flight.
     *
     * @throws IOException when a document that the event names cannot be read
     * @throws CompletionException when Cassandra has refused a write of this event or an earlier one
     */
    public void add(EventEnvelope event, long atMs) throws IOException {
        for (BoundStatement write : projection.of(event, atMs)) {
            if (inFlight.size() == IN_FLIGHT) {
                inFlight.remove().toCompletableFuture().join();
            }
            inFlight.add(session.executeAsync(write));
        }
    }

    /** Waits until everything is written. */
    public void finish() {
        while (!inFlight.isEmpty()) {
            inFlight.remove().toCompletableFuture().join();
        }
    }
}
