package dev.millrace.platform.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Declares settings that belong together, in the order in which the documentation lists them. Times are in milliseconds and their names end
 * with {@code Ms}; sizes are in bytes. A section is complete when the class that declares it has been loaded, and it does not change after
 * that.
 */
public final class SettingsSection {
    private static final long SECOND_MS = 1_000;
    private static final long MINUTE_MS = 60 * SECOND_MS;
    private static final long HOUR_MS = 60 * MINUTE_MS;
    private static final long DAY_MS = 24 * HOUR_MS;

    private final String name;
    private final String title;
    private final List<Setting<?>> all = new ArrayList<>();

    /**
     * @param name the first part of each key, without the dot
     * @param title the heading of the section, for people
     */
    public SettingsSection(String name, String title) {
        this.name = name;
        this.title = title;
    }

    public String name() {
        return name;
    }

    public String title() {
        return title;
    }

    /** Returns the settings in the order of their declaration. */
    public List<Setting<?>> all() {
        return Collections.unmodifiableList(all);
    }

    /** Returns the keys of all settings in the sections. */
    public static Set<String> keys(Collection<SettingsSection> sections) {
        var keys = new TreeSet<String>();
        sections.forEach(section -> section.all.forEach(setting -> keys.add(setting.key())));
        return keys;
    }

    /** Declares a whole number. */
    public Setting<Integer> integer(String key, int fallback, int min, int max, String purpose) {
        return whole(key, fallback, null, min, max, purpose, SettingsSection::count, Math::toIntExact);
    }

    /** Declares a whole number whose default is known only at run time. */
    public Setting<Integer> integer(String key, String shownDefault, int min, int max, String purpose) {
        return whole(key, null, shownDefault, min, max, purpose, SettingsSection::count, Math::toIntExact);
    }

    /** Declares a whole number that may be larger than an {@code int}. */
    public Setting<Long> number(String key, long fallback, long min, long max, String purpose) {
        return whole(key, fallback, null, min, max, purpose, SettingsSection::count, it -> it);
    }

    /** Declares a size in bytes. */
    public Setting<Long> bytes(String key, long fallback, long min, long max, String purpose) {
        return whole(key, fallback, null, min, max, purpose, SettingsSection::size, it -> it);
    }

    /** Declares a size in bytes whose default is known only at run time. */
    public Setting<Long> bytes(String key, String shownDefault, long min, long max, String purpose) {
        return whole(key, null, shownDefault, min, max, purpose, SettingsSection::size, it -> it);
    }

    /** Declares a size in bytes that is less than 2 GiB. */
    public Setting<Integer> smallBytes(String key, int fallback, int min, int max, String purpose) {
        return whole(key, fallback, null, min, max, purpose, SettingsSection::size, Math::toIntExact);
    }

    /** Declares a time in milliseconds. */
    public Setting<Long> millis(String key, long fallback, long min, long max, String purpose) {
        return whole(key, fallback, null, min, max, purpose, SettingsSection::time, it -> it);
    }

    /** Declares a time in milliseconds that is less than 24 days. */
    public Setting<Integer> shortMillis(String key, int fallback, int min, int max, String purpose) {
        return whole(key, fallback, null, min, max, purpose, SettingsSection::time, Math::toIntExact);
    }

    /** Declares a time between 100 ms and a day. */
    public Setting<Duration> deadline(String key, Duration fallback, String purpose) {
        return whole(key, fallback.toMillis(), null, 100, DAY_MS, purpose, SettingsSection::time, Duration::ofMillis);
    }

    /** Declares a text. Any value is accepted here; the code that uses the setting checks it. */
    public Setting<String> text(String key, String fallback, String accepted, String purpose) {
        return add(key, fallback, fallback.isEmpty() ? "none" : "`" + fallback + "`", accepted, purpose, Optional::of);
    }

    /** Declares a text whose default is known only at run time. */
    public Setting<String> textFrom(String key, String shownDefault, String accepted, String purpose) {
        return add(key, null, shownDefault, accepted, purpose, Optional::of);
    }

    /** Declares a directory. */
    public Setting<Path> directory(String key, String shownDefault, String purpose) {
        return add(key, null, shownDefault, "a directory", purpose, text -> Optional.of(Path.of(text)));
    }

    /** Declares a setting that is {@code true} or {@code false}. */
    public Setting<Boolean> flag(String key, boolean fallback, String purpose) {
        return add(
                key,
                fallback,
                "`" + fallback + "`",
                "true or false",
                purpose,
                text -> List.of("true", "false").contains(text) ? Optional.of(text.equals("true")) : Optional.empty());
    }

    /**
     * Declares a choice between a few words. They are the names of the enum constants in lower case, and the first constant is the default.
     */
    public <E extends Enum<E>> Setting<E> choice(String key, E[] values, String purpose) {
        List<String> words = Arrays.stream(values).map(SettingsSection::word).toList();
        return add(
                key,
                values[0],
                "`" + words.get(0) + "`",
                String.join(", ", words),
                purpose,
                text -> words.contains(text) ? Optional.of(values[words.indexOf(text)]) : Optional.empty(),
                SettingsSection::word);
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private <T> Setting<T> whole(
            String key,
            @Nullable Number fallback,
            @Nullable String shownDefault,
            long min,
            long max,
            String purpose,
            LongFunction<String> shown,
            LongFunction<T> type) {
        return add(
                key,
                fallback == null ? null : type.apply(fallback.longValue()),
                shownDefault != null ? shownDefault : shown.apply(fallback == null ? 0 : fallback.longValue()),
                "a whole number from " + min + " to " + max,
                purpose,
                text -> parsed(text, min, max).map(type::apply),
                value ->
                        Long.toString(value instanceof Duration time ? time.toMillis() : ((Number) value).longValue()));
    }

    private static Optional<Long> parsed(String text, long min, long max) {
        try {
            long number = Long.parseLong(text.strip());
            return number >= min && number <= max ? Optional.of(number) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private <T> Setting<T> add(
            String key,
            @Nullable T fallback,
            String shownDefault,
            String accepted,
            String purpose,
            Function<String, Optional<T>> parser) {
        return add(key, fallback, shownDefault, accepted, purpose, parser, String::valueOf);
    }

    private <T> Setting<T> add(
            String key,
            @Nullable T fallback,
            String shownDefault,
            String accepted,
            String purpose,
            Function<String, Optional<T>> parser,
            Function<T, String> writer) {
        var setting = new Setting<>(name + "." + key, fallback, shownDefault, accepted, purpose, parser, writer);
        all.add(setting);
        return setting;
    }

    private static String count(long number) {
        return "`" + number + "`";
    }

    private static String size(long bytes) {
        String[] units = {"KiB", "MiB", "GiB", "TiB"};
        for (int i = units.length - 1; i >= 0; i--) {
            long unit = 1L << (10 * (i + 1));
            if (bytes >= unit && bytes % unit == 0) {
                return "`" + bytes + "` (" + bytes / unit + " " + units[i] + ")";
            }
        }
        return count(bytes);
    }

    private static String time(long ms) {
        long[] units = {DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
        String[] names = {"d", "h", "min", "s"};
        for (int i = 0; i < units.length; i++) {
            if (ms >= units[i] && ms % units[i] == 0) {
                return "`" + ms + "` (" + ms / units[i] + " " + names[i] + ")";
            }
        }
        return count(ms);
    }
}
