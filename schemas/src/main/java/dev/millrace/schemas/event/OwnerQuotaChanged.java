package dev.millrace.schemas.event;

/**
 * The dispatcher uses this quota of an owner from here on.
 */
public record OwnerQuotaChanged(String pool, long sequence, String by, String owner, int weight, int maxSlots)
        implements Decision {
    @Override
    public String key() {
        return owner;
    }
}
