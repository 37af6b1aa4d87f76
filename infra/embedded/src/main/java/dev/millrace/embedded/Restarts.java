package dev.millrace.embedded;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides whether a server that ended is started again, and after which pause. A restart helps after an accident, for example if the kernel
 * killed the server because memory was short. It does not help if the same failure happens again at once, for example because the disk is
 * full.
 *
 * @param ends the times at which the server ended unexpectedly within the window, by the clock of {@link System#nanoTime}
 */
record Restarts(List<Long> ends) {
    static final int MOST = 3;
    static final Duration WINDOW = Duration.ofMinutes(10);

    /** The pause before the first restart. It doubles with each further restart within the window. */
    static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    static final Restarts NONE = new Restarts(List.of());

    Restarts {
        ends = List.copyOf(ends);
    }

    /** Returns a copy with one more end and without the ends from before the window. */
    Restarts endedAt(long nowNanos) {
        var recent = new ArrayList<Long>();
        for (long end : ends) {
            if (nowNanos - end < WINDOW.toNanos()) {
                recent.add(end);
            }
        }
        recent.add(nowNanos);
        return new Restarts(recent);
    }

    /** Returns the pause before the next restart; empty if the server is not to be started again. */
    Optional<Duration> pause() {
        return ends.size() > MOST ? Optional.empty() : Optional.of(FIRST_PAUSE.multipliedBy(1L << (ends.size() - 1)));
    }
}
