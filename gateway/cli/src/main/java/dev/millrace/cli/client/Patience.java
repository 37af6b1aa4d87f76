package dev.millrace.cli.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides how long to wait for events on a silent stream. A task may be silent for hours, so silence alone proves nothing: the client
 * regularly asks the gateway whether it is ready. It gives up if the gateway has not been ready for a long time and has sent no event in
 * that time. Times are on the clock of {@link System#nanoTime}.
 */
final class Patience {
    /** How long the stream must be silent before the gateway is asked, and the time between two questions. */
    static final Duration ASK_EVERY = Duration.ofSeconds(10);

    /** Longer than the embedded stack takes to restart a server a few times. */
    static final Duration GIVE_UP = Duration.ofMinutes(5);

    /** The next step after an answer. */
    enum Next {
        WAIT,
        /** Tell the user, who does not know of this trouble yet. */
        TELL,
        GIVE_UP
    }

    private long quietSince;
    private long troubledSince;
    private boolean troubled;

    Patience(long now) {
        quietSince = now;
    }

    /** Notes that an event came, which proves that the gateway works. */
    void heard(long now) {
        quietSince = now;
        troubled = false;
    }

    /** Whether it is time to ask the gateway. */
    boolean asks(long now) {
        return now - quietSince >= ASK_EVERY.toNanos();
    }

    /** @param trouble why the gateway is not ready; null if it is */
    Next answered(long now, @Nullable String trouble) {
        quietSince = now;
        if (trouble == null) {
            troubled = false;
            return Next.WAIT;
        }
        if (!troubled) {
            troubled = true;
            troubledSince = now;
            return Next.TELL;
        }
        return now - troubledSince >= GIVE_UP.toNanos() ? Next.GIVE_UP : Next.WAIT;
    }
}
