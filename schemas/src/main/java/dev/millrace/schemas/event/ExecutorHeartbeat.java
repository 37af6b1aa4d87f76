package dev.millrace.schemas.event;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An executor is alive. The list of its attempts is included if it has changed; otherwise only its count and its hash are included.
 *
 * @param attempts every attempt that the executor holds, running or waiting to start; absent if the list has not changed
 */
public record ExecutorHeartbeat(
        String executorId, String pool, String incarnation, int count, String hash, @Nullable List<AttemptKey> attempts)
        implements PoolEvent {
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
