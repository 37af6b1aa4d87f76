package dev.millrace.schemas.event;

/**
 * The dispatcher uses these settings of a pool from here on.
 */
public record PoolSettingsChanged(String pool, long sequence, String by, int urgentSharePercent) implements Decision {
    @Override
    public String key() {
        return pool;
    }
}
