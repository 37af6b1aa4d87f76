package dev.millrace.platform.config;

import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A setting with its key, its default, the accepted values and its purpose. A {@link SettingsSection} declares each setting once. Parsing,
 * error messages, {@code --set} and {@code docs/configuration.md} all use this declaration. Immutable.
 */
public final class Setting<T> {
    private final String key;
    private final @Nullable T fallback;
    private final String shownDefault;
    private final String accepted;
    private final String purpose;
    private final Function<String, Optional<T>> parser;
    private final Function<T, String> writer;

    /**
     * @param fallback the default; null if it is known only at run time
     * @param shownDefault the default as text for the documentation
     * @param accepted describes the accepted values in the documentation and in error messages
     * @param parser reads a value from text; returns empty for a value that is not accepted
     * @param writer writes a value as text that {@code parser} reads as the same value
     */
    Setting(
            String key,
            @Nullable T fallback,
            String shownDefault,
            String accepted,
            String purpose,
            Function<String, Optional<T>> parser,
            Function<T, String> writer) {
        this.key = key;
        this.fallback = fallback;
        this.shownDefault = shownDefault;
        this.accepted = accepted;
        this.purpose = purpose;
        this.parser = parser;
        this.writer = writer;
    }

    public String key() {
        return key;
    }

    /** Returns the default as the documentation shows it: a value, or a description of where the default comes from. */
    public String shownDefault() {
        return shownDefault;
    }

    /** Returns the default in the form in which a user writes it in a file or flag; empty if it is known only at run time. */
    public Optional<String> writtenDefault() {
        return Optional.ofNullable(fallback).map(writer);
    }

    /** Describes the accepted values for people. */
    public String accepted() {
        return accepted;
    }

    /** Returns the purpose of the setting. For a limit, the text says which failure the limit bounds. */
    public String purpose() {
        return purpose;
    }

    /** Returns a value in the form in which a user writes it in a file or flag. */
    public String write(T value) {
        return writer.apply(value);
    }

    /**
     * Returns the value, or the default if nobody set one.
     *
     * @throws ConfigException if the value is not accepted; the message names the key, the value, its source and the accepted values
     * @throws IllegalStateException if the default is known at run time only
     */
    public T from(Settings settings) {
        T value = fallback;
        if (value == null && !settings.has(key)) {
            throw new IllegalStateException("the default of '" + key + "' is known at run time only");
        }
        return value == null ? parsed(settings) : from(settings, value);
    }

    /** Returns the value, or {@code usual} if nobody set one. */
    public T from(Settings settings, T usual) {
        return settings.has(key) ? parsed(settings) : usual;
    }

    private T parsed(Settings settings) {
        return parser.apply(settings.text(key)).orElseThrow(() -> settings.bad(key, accepted));
    }

    @Override
    public String toString() {
        return key;
    }
}
