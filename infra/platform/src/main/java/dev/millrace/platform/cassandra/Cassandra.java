package dev.millrace.platform.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session that connects in the background, so that a service can start while Cassandra is unreachable and use it as soon as it answers.
 * Until then, queries fail at once with a {@link CassandraUnavailableException}. Thread-safe; no method blocks.
 */
public final class Cassandra {
    private static final Logger LOG = LoggerFactory.getLogger(Cassandra.class);

    /**
     * Pause before a new session is opened. If a session fails while it opens, the driver closes it and does not try again, whatever the
     * reason.
     */
    private static final long REOPEN_MS = 2_000;

    private final Vertx vertx;
    private final CassandraSettings settings;
    private final Supplier<CompletionStage<CqlSession>> opener;
    private final Promise<CqlSession> connected = Promise.promise();
    private CompletableFuture<CqlSession> session = new CompletableFuture<>();
    private boolean closed;

    /** Begins to connect, and goes on trying until {@link #close}. */
    public Cassandra(Vertx vertx, CassandraSettings settings, String applicationName) {
        this(vertx, settings, () -> settings.openInBackground(applicationName));
    }

    Cassandra(Vertx vertx, CassandraSettings settings, Supplier<CompletionStage<CqlSession>> opener) {
        this.vertx = vertx;
        this.settings = settings;
        this.opener = opener;
        open();
    }

    private synchronized void open() {
        if (!closed) {
            session = opener.get().toCompletableFuture();
            var unused = session.whenComplete(this::opened);
        }
    }

    private void opened(@Nullable CqlSession opened, @Nullable Throwable failure) {
        if (opened != null) {
            connected.tryComplete(opened);
        } else if (!isClosed()) {
            LOG.atError()
                    .addKeyValue("contactPoint", settings.contactPoint())
                    .addKeyValue("cause", failure)
                    .log("a session with Cassandra did not open and is opened again");
            vertx.setTimer(REOPEN_MS, timer -> open());
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized CompletableFuture<CqlSession> current() {
        return session;
    }

    /** Returns the keyspace of the tables, which every statement must name. */
    public String keyspace() {
        return settings.keyspace();
    }

    /** Returns a statement that can run repeatedly. It is prepared when it runs for the first time. */
    public Query query(String cql) {
        return new Query(this, vertx, cql);
    }

    /** Returns a future that completes when the session is connected. For callers that can wait. */
    public Future<CqlSession> connected() {
        return connected.future();
    }

    /** @throws CassandraUnavailableException until it is connected */
    public CqlSession session() throws CassandraUnavailableException {
        CompletableFuture<CqlSession> present = current();
        CqlSession opened = present.isCompletedExceptionally() ? null : present.getNow(null);
        if (opened == null) {
            throw new CassandraUnavailableException(settings.contactPoint());
        }
        return opened;
    }

    /** Returns why Cassandra cannot be used at present, or null if it can. */
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
        CompletableFuture<CqlSession> present;
        synchronized (this) {
            closed = true;
            present = session;
        }
        connected.tryFail("closed");
        if (!present.isDone()) {
            present.cancel(true);
            return Future.succeededFuture();
        }
        return present.isCompletedExceptionally()
                ? Future.succeededFuture()
                : Future.fromCompletionStage(present.thenCompose(CqlSession::closeAsync), vertx.getOrCreateContext());
    }
}
