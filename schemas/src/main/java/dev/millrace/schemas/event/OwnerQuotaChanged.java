package dev.millrace.schemas.event;

/** From now on the dispatcher uses this quota for an owner. */
public record OwnerQuotaChanged(String pool, long sequence, String by, String owner, int weight, int maxSlots)
        implements Decision {
    @Override
    public String key() {
        return owner;
    }
}
