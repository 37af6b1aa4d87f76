package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * An operator asks to change the settings of a pool.
 *
 * @param urgentSharePercent share of the pool's slots up to which urgent tasks are preferred to all other tasks, 0 to 100
 */
public record PoolSettingsRequested(
        String pool, String by, @Nullable Integer urgentSharePercent, @Nullable Integer hedgePercent)
        implements Request {
    @Override
    public String key() {
        return pool;
    }
}
