package dev.millrace.platform.work;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Supplier;

/**
 * Asynchronous steps one after the other, however many. A step that returned the future of the next one would nest as many futures
 * as there are steps, and the end of the last would overflow the stack.
 */
public final class AsyncLoop {
    private final Supplier<Future<Boolean>> step;
    private final Promise<Void> end = Promise.promise();

    private AsyncLoop(Supplier<Future<Boolean>> step) {
        this.step = step;
    }

    /**
     * Runs {@code step} again and again while it succeeds with true. Each step begins where the one before it completed.
     *
     * @return fails with the first step that fails or throws
     */
    public static Future<Void> whileTrue(Supplier<Future<Boolean>> step) {
        var loop = new AsyncLoop(step);
        loop.run();
        return loop.end.future();
    }

    // Catches Errors too: an end that nobody hears of would hold up its caller for ever.
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
