package dev.millrace.schemas.event;

/**
 * An operator asks to change the quota of an owner in a pool.
 *
 * @param weight weight of the owner's share relative to other owners, 1 to 1,000
 * @param maxSlots largest number of slots that the owner may hold at the same time; 0 for no limit
 */
public record OwnerQuotaRequested(String pool, String by, String owner, int weight, int maxSlots) implements Request {
    @Override
    public String key() {
        return owner;
    }
}
