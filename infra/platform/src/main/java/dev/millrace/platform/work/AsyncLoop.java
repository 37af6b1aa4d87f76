package dev.millrace.platform.work;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Supplier;

/**
 * Runs asynchronous steps one after the other, however many there are. If each step returned the future of the next one instead, the
 * futures would be nested as deep as there are steps, and completing the last one would overflow the stack.
 */
public final class AsyncLoop {
    private final Supplier<Future<Boolean>> step;
    private final Promise<Void> end = Promise.promise();

    private AsyncLoop(Supplier<Future<Boolean>> step) {
        this.step = step;
    }

    /**
     * Runs {@code step} repeatedly as long as it succeeds with true. Each step begins on the thread on which the previous one completed.
     *
     * @return completes when a step succeeds with false; fails when a step fails or throws
     */
    public static Future<Void> whileTrue(Supplier<Future<Boolean>> step) {
        var loop = new AsyncLoop(step);
        loop.run();
        return loop.end.future();
    }

    // Catches Errors too. Otherwise the future would never complete and the caller would wait forever.
    private void run() {
        boolean more = true;
        while (more) {
            Future<Boolean> done;
            try {
                done = step.get();
            } catch (Throwable e) {
                end.tryFail(e);
                return;
            }
            if (!done.isComplete()) {
                done.onComplete(this::resume);
                return;
            }
            more = goesOn(done);
        }
    }

    private void resume(AsyncResult<Boolean> done) {
        if (goesOn(done)) {
            run();
        }
    }

    private boolean goesOn(AsyncResult<Boolean> done) {
        if (done.failed()) {
            end.tryFail(done.cause());
            return false;
        }
        if (!done.result()) {
            end.tryComplete();
        }
        return done.result();
    }
}
