package dev.millrace.platform.config;

/**
 * Thrown for a key or value that is not accepted. The message names the key, the value and the accepted values. A command that fails with
 * it exits with code 2.
 */
public final class ConfigException extends RuntimeException {
    public ConfigException(String message) {
        super(message);
    }
}
