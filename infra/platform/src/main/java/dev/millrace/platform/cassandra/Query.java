package dev.millrace.platform.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One CQL statement, prepared when it first runs. Results come on the caller's Vert.x context. Thread-safe. Every call fails
 * with {@link CassandraUnavailableException} or the driver's exception while Cassandra is away.
 */
public final class Query {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Cassandra cassandra;
    private final Vertx vertx;
    private final String cql;
    private volatile @Nullable CompletionStage<PreparedStatement> prepared;

    Query(Cassandra cassandra, Vertx vertx, String cql) {
        this.cassandra = cassandra;
        this.vertx = vertx;
        this.cql = cql;
    }

    /** The first page; see {@link #rows} for all. */
    public Future<AsyncResultSet> execute(Object... values) {
        return execute(TIMEOUT, values);
    }

    /** @param timeout after which the call fails */
    public Future<AsyncResultSet> execute(Duration timeout, Object... values) {
        CqlSession session;
        try {
            session = cassandra.session();
        } catch (CassandraUnavailableException e) {
            return Future.failedFuture(e);
        }
        return Future.fromCompletionStage(
                statement(session)
                        .thenCompose(it -> session.executeAsync(it.bind(values).setTimeout(timeout))),
                vertx.getOrCreateContext());
    }

    private CompletionStage<PreparedStatement> statement(CqlSession session) {
        CompletionStage<PreparedStatement> known = prepared;
        if (known != null && !known.toCompletableFuture().isCompletedExceptionally()) {
            return known;
        }
        CompletionStage<PreparedStatement> fresh = session.prepareAsync(cql);
        prepared = fresh;
        return fresh;
    }

    /** The first row, if any. */
    public Future<Optional<Row>> one(Object... values) {
        return execute(values).map(set -> Optional.ofNullable(set.one()));
    }

    /** All rows, page by page; the statement must limit them. */
    public Future<List<Row>> rows(Object... values) {
        return rows(TIMEOUT, values);
    }

    /** @param timeout after which the first page fails */
    public Future<List<Row>> rows(Duration timeout, Object... values) {
        return execute(timeout, values).compose(set -> pages(set, new ArrayList<>()));
    }

    private Future<List<Row>> pages(AsyncResultSet set, List<Row> rows) {
        set.currentPage().forEach(rows::add);
        return set.hasMorePages()
                ? Future.fromCompletionStage(set.fetchNextPage(), vertx.getOrCreateContext())
                        .compose(next -> pages(next, rows))
                : Future.succeededFuture(rows);
    }
}
