package dev.millrace.cli.client;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Whether a refused request is made again, and when: the gateway says so where its owner asks too often (429), or too many ask at once (503,
 * saturated). Other refusals are for the caller. For one request, and one thread.
 */
final class RetryAfter {
    private static final int TOO_OFTEN = 429;
    private static final String SATURATED = "/saturated";
    private static final Duration TOO_OFTEN_FOR = Duration.ofMinutes(5);
    private static final Duration SATURATED_FOR = Duration.ofSeconds(30);
    private static final long LONGEST_PAUSE_S = 60;

    /** Shorter waits are not worth a word. */
    private static final Duration TELL_AFTER = Duration.ofSeconds(2);

    private final long since = System.nanoTime();
    private final Consumer<String> notes;
    private boolean told;

    /** @param notes receives, once, that somebody is kept waiting, and why */
    RetryAfter(Consumer<String> notes) {
        this.notes = notes;
    }

    /**
     * How long to wait before the next attempt; empty if there is to be none.
     *
     * @param status of the refusal
     * @param retryAfter what it says of when to come again
     * @param type of the problem
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

    /** Somebody in between may have written a date. */
    private static long seconds(Optional<String> retryAfter) {
        return retryAfter
                .filter(text -> text.matches("[0-9]{1,9}"))
                .map(text -> Math.max(1, Math.min(LONGEST_PAUSE_S, Long.parseLong(text))))
                .orElse(1L);
    }
}
