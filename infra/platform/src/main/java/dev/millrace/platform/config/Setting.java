package dev.millrace.platform.config;

import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One setting, declared once: its key, its default, what it accepts and what it is for. Parsing, messages, {@code --set} and
 * {@code docs/configuration.md} all come from here. Declared by a {@link SettingsSection}. Immutable.
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
     * @param fallback null if the default is known at run time only
     * @param shownDefault the default, for people
     * @param accepted what values are accepted, for people
     * @param parser empty for a value that is not accepted
     * @param writer gives a text that {@code parser} reads as the same value
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

    /** The default for people: a value, or where it comes from. */
    public String shownDefault() {
        return shownDefault;
    }

    /** The default as somebody would write it; empty if it is known at run time only. */
    public Optional<String> writtenDefault() {
        return Optional.ofNullable(fallback).map(writer);
    }

    /** Describes the accepted values for people. */
    public String accepted() {
        return accepted;
    }

    /** Says what the setting is for; for a limit, which failure it bounds. */
    public String purpose() {
        return purpose;
    }

    /** The value as somebody would write it. */
    public String write(T value) {
        return writer.apply(value);
    }

    /**
     * Returns the value, or the default if nobody set one.
     *
     * @throws ConfigException if the value is not accepted; names the key, the value, its source and what is accepted
     * @throws IllegalStateException if the default is known at run time only
     */
    public T from(Settings settings) {
        T value = fallback;
        if (value == null && !settings.has(key)) {
            throw new IllegalStateException("the default of '" + key + "' is known at run time only");
        }
        return value == null ? parsed(settings) : from(settings, value);
    }

    /** The same with another default. */
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
