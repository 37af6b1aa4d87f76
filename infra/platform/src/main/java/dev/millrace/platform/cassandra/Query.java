package dev.millrace.platform.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import dev.millrace.platform.work.AsyncLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A CQL statement that is prepared when it runs for the first time. Futures complete on the caller's Vert.x context. Thread-safe. While
 * Cassandra is unreachable, every call fails with {@link CassandraUnavailableException} or with an exception of the driver.
 */
public final class Query {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int PAGE = 5_000;

    /** Number of rows on a small page. Even if the rows are large, many such pages fit into memory. */
    private static final int SMALL_PAGE = 50;

    private final Cassandra cassandra;
    private final Vertx vertx;
    private final String cql;
    private volatile @Nullable CompletionStage<PreparedStatement> prepared;

    Query(Cassandra cassandra, Vertx vertx, String cql) {
        this.cassandra = cassandra;
        this.vertx = vertx;
        this.cql = cql;
    }

    /** Runs the statement and returns the first page of its result. {@link #rows} returns all rows. */
    public Future<AsyncResultSet> execute(Object... values) {
        return execute(TIMEOUT, values);
    }

    /** @param timeout time after which the call fails */
    public Future<AsyncResultSet> execute(Duration timeout, Object... values) {
        return execute(timeout, PAGE, values);
    }

    private Future<AsyncResultSet> execute(Duration timeout, int pageSize, Object... values) {
        CqlSession session;
        try {
            session = cassandra.session();
        } catch (CassandraUnavailableException e) {
            return Future.failedFuture(e);
        }
        return Future.fromCompletionStage(
                statement(session)
                        .thenCompose(it -> session.executeAsync(
                                it.bind(values).setTimeout(timeout).setPageSize(pageSize))),
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

    /** Runs the statement and returns the first row, if any. */
    public Future<Optional<Row>> one(Object... values) {
        return execute(values).map(set -> Optional.ofNullable(set.one()));
    }

    /** Runs the statement and returns all rows, which are read page by page. The statement must limit their number. */
    public Future<List<Row>> rows(Object... values) {
        return rows(TIMEOUT, values);
    }

    /** @param timeout time after which the read of the first page fails */
    public Future<List<Row>> rows(Duration timeout, Object... values) {
        return execute(timeout, values).compose(first -> pages(first, row -> false));
    }

    /**
     * Returns the rows up to and including the first one that matches {@code last}, or all rows if none does. Reads small pages, so that
     * few more rows are read than returned.
     */
    public Future<List<Row>> rowsUntil(Predicate<Row> last, Object... values) {
        return execute(TIMEOUT, SMALL_PAGE, values).compose(first -> pages(first, last));
    }

    private Future<List<Row>> pages(AsyncResultSet first, Predicate<Row> last) {
        var rows = new ArrayList<Row>();
        AsyncResultSet[] page = {first};
        return AsyncLoop.whileTrue(() -> {
                    for (Row row : page[0].currentPage()) {
                        rows.add(row);
                        if (last.test(row)) {
                            return Future.succeededFuture(false);
                        }
                    }
                    return page[0].hasMorePages()
                            ? Future.fromCompletionStage(page[0].fetchNextPage(), vertx.getOrCreateContext())
                                    .map(next -> {
                                        page[0] = next;
                                        return true;
                                    })
                            : Future.succeededFuture(false);
                })
                .map(done -> rows);
    }
}
