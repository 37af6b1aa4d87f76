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
 * One CQL statement, prepared when it first runs. Results come on the caller's Vert.x context. Thread-safe. Every call fails
 * with {@link CassandraUnavailableException} or the driver's exception while Cassandra is away.
 */
public final class Query {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int PAGE = 5_000;

    /** Few enough that a page of large rows fits into memory many times. */
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

    /** The first page; see {@link #rows} for all. */
    public Future<AsyncResultSet> execute(Object... values) {
        return execute(TIMEOUT, values);
    }

    /** @param timeout after which the call fails */
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
        return execute(timeout, values).compose(first -> pages(first, row -> false));
    }

    /**
     * Rows until one of them is the last that is wanted, which is read too, or there are no more. They come in small pages, so
     * that little more is read than wanted.
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
