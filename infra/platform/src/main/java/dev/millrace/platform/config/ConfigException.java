package dev.millrace.platform.config;

/** A key or value that cannot be accepted; the message names key, value and what is accepted. Commands exit with 2. */
public final class ConfigException extends RuntimeException {
    public ConfigException(String message) {
        super(message);
    }
}
