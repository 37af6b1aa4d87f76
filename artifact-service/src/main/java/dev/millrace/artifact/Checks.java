package dev.millrace.artifact;

import dev.millrace.platform.blob.BlobState;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.platform.work.AsyncLoop;
import dev.millrace.platform.work.Bulkhead;
import dev.millrace.schemas.blob.Digest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Checks of stored blobs that clients ask for. A check costs the client nothing, but the service must read the whole blob, so checks have
 * threads of their own, take turns on them, and end when their client has disconnected. Thread-safe.
 */
final class Checks {
    private final Vertx vertx;
    private final Bulkhead threads;
    private final BlobStore store;
    private final int maxChecks;
    private final AtomicInteger checks = new AtomicInteger();

    /** @param maxChecks how many checks may run at once; the service asks a further client to try again */
    Checks(Vertx vertx, Bulkhead threads, BlobStore store, int maxChecks) {
        this.vertx = vertx;
        this.threads = threads;
        this.store = store;
        this.maxChecks = maxChecks;
    }

    /**
     * @param response the response to the client that asked; the check stops when it is closed. Call this on the event loop of the response
     */
    Future<BlobState> check(Digest digest, HttpServerResponse response) {
        if (checks.incrementAndGet() > maxChecks) {
            checks.decrementAndGet();
            return Future.failedFuture(new HttpProblemException(
                    ProblemKind.TOO_MANY_CHECKS, maxChecks + " blobs are being checked; try again"));
        }
        return threads.call(() -> store.beginCheck(digest))
                .compose(check -> read(check, response).eventually(() -> close(check)))
                .recover(failure -> failure instanceof BlobStore.AbsentException
                        ? Future.succeededFuture(BlobState.MISSING)
                        : Future.failedFuture(failure))
                .onComplete(done -> checks.decrementAndGet());
    }

    private Future<BlobState> read(BlobCheck check, HttpServerResponse response) {
        return AsyncLoop.whileTrue(() -> response.closed()
                        ? Future.failedFuture(new IOException("nobody waits for the check any more"))
                        : threads.call(check::readOn))
                .map(read -> store.conclude(check));
    }

    /** Uses Vert.x's worker threads: the bulkhead could refuse the call when it is full, and the blob would stay open. */
    private Future<Void> close(BlobCheck check) {
        return vertx.executeBlocking(
                () -> {
                    check.close();
                    return null;
                },
                false);
    }
}
