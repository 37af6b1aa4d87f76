package dev.millrace.platform.http;

import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.platform.work.Places;
import io.vertx.core.Vertx;
import java.util.function.Consumer;

/**
 * Gives up a body that comes too slowly: one that takes longer than its deadline, or that in some window brought less than the
 * least rate, be it because its sender announced more than it sends. Tells the body's place what came. Time in which the server itself
 * takes nothing is not the sender's. For one event loop.
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
     * @param deadlineMs for all of the body; 0 for one of any length, which the least rate bounds
     * @param place that the body holds
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

    /** The server takes nothing until {@link #resumed}. */
    public void paused() {
        paused = true;
        place.pause();
    }

    public void resumed() {
        paused = false;
        place.resume();
        // The rest of the window does not make up for the time lost to the pause.
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

    /** The body has come, or nobody waits for it any more. */
    public void stop() {
        over = true;
        vertx.cancelTimer(window);
        if (deadline >= 0) {
            vertx.cancelTimer(deadline);
        }
    }
}
