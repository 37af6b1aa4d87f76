package dev.millrace.cli.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a quiet stream of events is believed in. A task may say nothing for hours, so silence alone proves nothing: the
 * gateway is asked now and then whether it is ready, and one that has not been for long, without a single event, is given up.
 * Times are on the clock of {@link System#nanoTime}.
 */
final class Patience {
    /** Silence before the first question, and between questions. */
    static final Duration ASK_EVERY = Duration.ofSeconds(10);

    /** More than the embedded stack takes to start a server again a few times. */
    static final Duration GIVE_UP = Duration.ofMinutes(5);

    /** The next step after an answer. */
    enum Next {
        WAIT,
        /** The user has not heard of this trouble yet. */
        TELL,
        GIVE_UP
    }

    private long quietSince;
    private long troubledSince;
    private boolean troubled;

    Patience(long now) {
        quietSince = now;
    }

    /** An event came, which proves that all is well. */
    void heard(long now) {
        quietSince = now;
        troubled = false;
    }

    /** Whether the gateway is to be asked. */
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
