package dev.millrace.schemas.event;

/**
 * Somebody asks to release a domain that is quarantined, because what the failed tear-down left is put right.
 *
 * @param by who asks
 * @param reason why, for people
 */
public record DomainReleaseRequested(String pool, String domain, String by, String reason) implements Request {
    @Override
    public String key() {
        return pool;
    }
}
