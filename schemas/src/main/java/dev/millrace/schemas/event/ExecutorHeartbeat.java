package dev.millrace.schemas.event;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An executor lives. The list of its attempts is sent when it changed, else only count and hash.
 *
 * @param attempts every attempt it holds, running or waiting to start
 */
public record ExecutorHeartbeat(
        String executorId, String pool, String incarnation, int count, String hash, @Nullable List<AttemptKey> attempts)
        implements PoolEvent {
    @Override
    public String key() {
        return executorId;
    }

    /** The hash of a list of attempts, in any order. */
    public static String hashOf(java.util.Collection<AttemptKey> attempts) {
        return dev.millrace.schemas.Ids.hash(
                        attempts.stream().map(AttemptKey::text).sorted().toArray(String[]::new))
                .substring(0, 16);
    }
}
