package dev.millrace.schemas.event;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An executor is alive. The list of its attempts is included if it has changed; otherwise only its count and its hash are included.
 *
 * @param sentAtMs when the list was made, by the clock that {@link AttemptStarted#startedAtMs} is read from: a list that is older than the
 *     start of an attempt says nothing about it; absent in events of earlier versions
 * @param attempts every attempt that the executor holds, running or waiting to start; absent if the list has not changed
 */
public record ExecutorHeartbeat(
        String executorId,
        String pool,
        String incarnation,
        int count,
        String hash,
        @Nullable List<AttemptKey> attempts,
        @Nullable Long sentAtMs)
        implements PoolEvent {
    /** Creates a heartbeat that does not tell when its list was made. */
    public ExecutorHeartbeat(
            String executorId,
            String pool,
            String incarnation,
            int count,
            String hash,
            @Nullable List<AttemptKey> attempts) {
        this(executorId, pool, incarnation, count, hash, attempts, null);
    }

    @Override
    public String key() {
        return executorId;
    }

    /** Returns the hash of a list of attempts; their order does not matter. */
    public static String hashOf(java.util.Collection<AttemptKey> attempts) {
        return dev.millrace.schemas.Ids.hash(
                        attempts.stream().map(AttemptKey::text).sorted().toArray(String[]::new))
                .substring(0, 16);
    }
}
