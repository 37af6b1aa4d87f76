package dev.millrace.platform.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session that connects in the background, so that a service starts while Cassandra is away and uses it once it is there.
 * Queries before that fail at once with a {@link CassandraUnavailableException}. Thread-safe; nothing blocks.
 */
public final class Cassandra {
    private static final Logger LOG = LoggerFactory.getLogger(Cassandra.class);

    private final Vertx vertx;
    private final CassandraSettings settings;
    private final CompletableFuture<CqlSession> session;

    /** Begins to connect, and goes on trying until {@link #close}. */
    public Cassandra(Vertx vertx, CassandraSettings settings, String applicationName) {
        this.vertx = vertx;
        this.settings = settings;
        this.session = settings.openInBackground(applicationName).toCompletableFuture();
        var unused = session.whenComplete((connected, failure) -> {
            if (failure != null) {
                LOG.atError()
                        .addKeyValue("contactPoint", settings.contactPoint())
                        .setCause(failure)
                        .log("Cassandra cannot be used");
            }
        });
    }

    /** The keyspace that statements name. */
    public String keyspace() {
        return settings.keyspace();
    }

    /** A statement to run again and again; prepared when it first runs. */
    public Query query(String cql) {
        return new Query(this, vertx, cql);
    }

    /** Completes once connected, for what may wait. */
    public Future<CqlSession> connected() {
        return Future.fromCompletionStage(session, vertx.getOrCreateContext());
    }

    /** @throws CassandraUnavailableException until it is connected */
    public CqlSession session() throws CassandraUnavailableException {
        CqlSession connected = session.isCompletedExceptionally() ? null : session.getNow(null);
        if (connected == null) {
            throw new CassandraUnavailableException(settings.contactPoint());
        }
        return connected;
    }

    /** Why Cassandra cannot be used at present, or null while it can. */
    public @Nullable String trouble() {
        try {
            boolean up = session().getMetadata().getNodes().values().stream()
                    .anyMatch(node -> node.getState() == NodeState.UP && node.getOpenConnections() > 0);
            return up ? null : "no node of Cassandra at " + settings.contactPoint() + " answers";
        } catch (CassandraUnavailableException e) {
            return e.getMessage();
        }
    }

    /** Ends the session, or the attempts to connect. */
    public Future<Void> close() {
        if (!session.isDone()) {
            session.cancel(true);
            return Future.succeededFuture();
        }
        return session.isCompletedExceptionally()
                ? Future.succeededFuture()
                : Future.fromCompletionStage(session.thenCompose(CqlSession::closeAsync), vertx.getOrCreateContext());
    }
}
