package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * An operator asks for other settings of a pool.
 *
 * @param urgentSharePercent up to which part of the slots urgent tasks come before everybody's share, 0 to 100
 */
public record PoolSettingsRequested(
        String pool, String by, @Nullable Integer urgentSharePercent, @Nullable Integer hedgePercent)
        implements Request {
    @Override
    public String key() {
        return pool;
    }
}
