package dev.millrace.cli.client;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Decides whether and when a refused request is sent again: when the owner has sent too many requests (429), or when the gateway gets too
 * many requests at once (503, saturated). The caller handles other refusals. One object serves one request, on one thread.
 */
final class RetryAfter {
    private static final int TOO_OFTEN = 429;
    private static final String SATURATED = "/saturated";
    private static final Duration TOO_OFTEN_FOR = Duration.ofMinutes(5);
    private static final Duration SATURATED_FOR = Duration.ofSeconds(30);
    private static final long LONGEST_PAUSE_S = 60;

    /** The user is not told of shorter waits. */
    private static final Duration TELL_AFTER = Duration.ofSeconds(2);

    private final long since = System.nanoTime();
    private final Consumer<String> notes;
    private boolean told;

    /** @param notes receives one message, which says that the request has to wait and why */
    RetryAfter(Consumer<String> notes) {
        this.notes = notes;
    }

    /**
     * Returns how long to wait before the next attempt; empty if the request is not to be sent again.
     *
     * @param status the HTTP status of the refusal
     * @param retryAfter the refusal's {@code Retry-After} header
     * @param type the type of the refusal's problem document
     */
    Optional<Duration> pause(int status, Optional<String> retryAfter, String type) {
        boolean isTooOften = status == TOO_OFTEN;
        if (!isTooOften && !type.endsWith(SATURATED)) {
            return Optional.empty();
        }
        Duration waited = Duration.ofNanos(System.nanoTime() - since);
        if (waited.compareTo(isTooOften ? TOO_OFTEN_FOR : SATURATED_FOR) > 0) {
            return Optional.empty();
        }
        Duration pause = Duration.ofSeconds(seconds(retryAfter));
        if (!told && waited.plus(pause).compareTo(TELL_AFTER) >= 0) {
            told = true;
            notes.accept(
                    isTooOften
                            ? "waiting: this owner has submitted, retried or previewed too much within a minute"
                            : "waiting: the gateway has too much to do");
        }
        return Optional.of(pause);
    }

    /** Returns the header's seconds; 1 if it is not a number, since a proxy may have written a date. */
    private static long seconds(Optional<String> retryAfter) {
        return retryAfter
                .filter(text -> text.matches("[0-9]{1,9}"))
                .map(text -> Math.max(1, Math.min(LONGEST_PAUSE_S, Long.parseLong(text))))
                .orElse(1L);
    }
}
