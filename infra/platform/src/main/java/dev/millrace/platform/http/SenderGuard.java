package dev.millrace.platform.http;

import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.platform.work.Places;
import io.vertx.core.Vertx;
import java.util.function.Consumer;

/**
 * Gives up a body that arrives too slowly: one that takes longer than its deadline, or that stays below the minimum rate in a window of
 * time, for example because its sender announced more bytes than it sends. Also reports the received bytes to the body's place. Time in
 * which the server itself accepts no bytes does not count for the minimum rate. For one event loop.
 */
public final class SenderGuard {
    private final Vertx vertx;
    private final HttpLimits limits;
    private final Places.Place place;
    private final Consumer<HttpProblemException> slow;
    private final long window;
    private final long deadline;
    private long received;
    private boolean paused;
    private boolean over;

    /**
     * @param deadlineMs longest time for the whole body; 0 for no deadline, so that only the minimum rate applies
     * @param place the place that the body holds
     * @param slow called at most once, when the body is given up
     */
    public SenderGuard(
            Vertx vertx, HttpLimits limits, int deadlineMs, Places.Place place, Consumer<HttpProblemException> slow) {
        this.vertx = vertx;
        this.limits = limits;
        this.place = place;
        this.slow = slow;
        this.window = vertx.setPeriodic(limits.stallMs(), timer -> windowEnds());
        this.deadline =
                deadlineMs == 0 ? -1 : vertx.setTimer(deadlineMs, timer -> giveUp("took longer than " + deadlineMs));
    }

    public void received(int bytes) {
        received += bytes;
        place.moved(bytes);
    }

    /** Notes that the server accepts no bytes until {@link #resumed} is called. */
    public void paused() {
        paused = true;
        place.pause();
    }

    public void resumed() {
        paused = false;
        place.resume();
        // A sender cannot reach the minimum in the rest of this window, since the pause took part of it. So this window
        // always counts as fast enough.
        received = Long.MAX_VALUE / 2;
    }

    private void windowEnds() {
        long least = (long) limits.minBytesPerSecond() * limits.stallMs() / 1_000;
        if (!paused && received < least) {
            giveUp("brought " + received + " bytes in " + limits.stallMs());
        }
        received = 0;
    }

    private void giveUp(String why) {
        if (!over) {
            stop();
            slow.accept(
                    new HttpProblemException(ProblemKind.SLOW_BODY, "the body " + why + " ms; send it again, faster"));
        }
    }

    /** Stops the checks. To be called when the whole body has arrived, or when nobody waits for it any more. */
    public void stop() {
        over = true;
        vertx.cancelTimer(window);
        if (deadline >= 0) {
            vertx.cancelTimer(deadline);
        }
    }
}
