package dev.millrace.schemas.event;

/**
 * An operator released a domain that was quarantined. Its scopes may be opened again.
 *
 * @param by name of the operator
 * @param reason why, for people
 */
public record DomainReleased(String pool, long sequence, String domain, String by, String reason) implements Decision {
    @Override
    public String key() {
        return domain;
    }
}
