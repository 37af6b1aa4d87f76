package dev.millrace.schemas.event;

/**
 * An operator asks for another quota of an owner in a pool.
 *
 * @param weight share relative to other owners, 1 to 1,000
 * @param maxSlots most slots at once, 0 for no limit
 */
public record OwnerQuotaRequested(String pool, String by, String owner, int weight, int maxSlots) implements Request {
    @Override
    public String key() {
        return owner;
    }
}
