package dev.millrace.platform.kafka;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tries work again until it succeeds, with a pause that doubles from 100 ms to five seconds, or until its consumer stops. */
final class UntilDone {
    private static final Logger LOG = LoggerFactory.getLogger(UntilDone.class);
    private static final long FIRST_PAUSE_MS = 100;
    private static final long MAX_PAUSE_MS = 5_000;

    private final Vertx vertx;
    private final String consumer;
    private final BooleanSupplier stopping;

    UntilDone(Vertx vertx, String consumer, BooleanSupplier stopping) {
        this.vertx = vertx;
        this.consumer = consumer;
        this.stopping = stopping;
    }

    /** Fails only if the consumer stops first. */
    Future<Void> attempt(String what, Supplier<Future<Void>> work, ConsumerProgress progress) {
        return attempt(what, work, progress, FIRST_PAUSE_MS);
    }

    // Catches Errors too: one of them must not end the loop that processes all records.
    private Future<Void> attempt(String what, Supplier<Future<Void>> work, ConsumerProgress progress, long pauseMs) {
        Future<Void> done;
        try {
            done = work.get();
        } catch (Throwable e) {
            done = Future.failedFuture(e);
        }
        return done.recover(failure -> {
            progress.failed(failure);
            if (stopping.getAsBoolean()) {
                return Future.failedFuture(failure);
            }
            LOG.atWarn()
                    .addKeyValue("consumer", consumer)
                    .addKeyValue("what", what)
                    .addKeyValue("cause", failure)
                    .log("failed and is tried again");
            return vertx.timer(pauseMs, TimeUnit.MILLISECONDS)
                    .compose(again -> attempt(what, work, progress, Math.min(MAX_PAUSE_MS, pauseMs * 2)));
        });
    }
}
