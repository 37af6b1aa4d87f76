package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * The dispatcher uses these settings of a pool from here on.
 */
public record PoolSettingsChanged(
        String pool, long sequence, String by, int urgentSharePercent, @Nullable Integer hedgePercent)
        implements Decision {
    @Override
    public String key() {
        return pool;
    }
}
