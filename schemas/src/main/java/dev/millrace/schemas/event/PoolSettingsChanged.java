package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/** From now on the dispatcher uses these settings for a pool. */
public record PoolSettingsChanged(
        String pool, long sequence, String by, int urgentSharePercent, @Nullable Integer hedgePercent)
        implements Decision {
    @Override
    public String key() {
        return pool;
    }
}
