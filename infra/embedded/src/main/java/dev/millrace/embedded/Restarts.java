package dev.millrace.embedded;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides whether a server that ended is started again, and after which pause. An accident, such as the kernel's choice of a
 * victim when memory is short, is mended by a restart; what happens again at once, such as a full disk, is not.
 *
 * @param ends when it ended unasked within the window, on the clock of {@link System#nanoTime}
 */
record Restarts(List<Long> ends) {
    static final int MOST = 3;
    static final Duration WINDOW = Duration.ofMinutes(10);

    /** It doubles with each restart within the window. */
    static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    static final Restarts NONE = new Restarts(List.of());

    Restarts {
        ends = List.copyOf(ends);
    }

    /** With one more end; those before the window are forgotten. */
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

    /** Empty if it is not started again. */
    Optional<Duration> pause() {
        return ends.size() > MOST ? Optional.empty() : Optional.of(FIRST_PAUSE.multipliedBy(1L << (ends.size() - 1)));
    }
}
