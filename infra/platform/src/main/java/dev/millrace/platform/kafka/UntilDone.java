package dev.millrace.platform.kafka;

import dev.millrace.platform.work.AsyncLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Repeats work until it succeeds or its consumer stops. The pause between two attempts doubles from 100 ms up to five seconds. */
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

    /** Repeats {@code work} until it succeeds. The future fails only if the consumer stops first. */
    Future<Void> attempt(String what, Supplier<Future<Void>> work, ConsumerProgress progress) {
        var pauseMs = new AtomicLong(FIRST_PAUSE_MS);
        return AsyncLoop.whileTrue(() -> tried(work).transform(done -> {
            if (done.succeeded()) {
                return Future.succeededFuture(false);
            }
            progress.failed(done.cause());
            if (stopping.getAsBoolean()) {
                return Future.failedFuture(done.cause());
            }
            LOG.atWarn()
                    .addKeyValue("consumer", consumer)
                    .addKeyValue("what", what)
                    .addKeyValue("cause", done.cause())
                    .log("failed and is tried again");
            return vertx.timer(pauseMs.getAndUpdate(ms -> Math.min(MAX_PAUSE_MS, ms * 2)), TimeUnit.MILLISECONDS)
                    .map(true);
        }));
    }

    // Catches Errors too: one of them must not end the loop that processes all records.
    private static Future<Void> tried(Supplier<Future<Void>> work) {
        try {
            return work.get();
        } catch (Throwable e) {
            return Future.failedFuture(e);
        }
    }
}
