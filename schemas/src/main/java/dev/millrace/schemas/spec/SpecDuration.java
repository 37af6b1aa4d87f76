package dev.millrace.schemas.spec;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Duration;
import java.util.regex.Pattern;

/** A duration as people write it: {@code 500ms}, {@code 90s}, {@code 10m}, {@code 2h}. */
public record SpecDuration(Duration value) {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

    /** @throws IllegalArgumentException when {@code text} is not of that form */
    @JsonCreator
    public static SpecDuration parse(String text) {
        var matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a duration such as 500ms, 90s, 10m or 2h");
        }
        long amount = Long.parseLong(matcher.group(1));
        return new SpecDuration(
                switch (matcher.group(2)) {
                    case "ms" -> Duration.ofMillis(amount);
                    case "s" -> Duration.ofSeconds(amount);
                    case "m" -> Duration.ofMinutes(amount);
                    default -> Duration.ofHours(amount);
                });
    }

    public long toMillis() {
        return value.toMillis();
    }

    @Override
    @JsonValue
    public String toString() {
        long ms = value.toMillis();
        if (ms % 3_600_000 == 0 && ms > 0) {
            return ms / 3_600_000 + "h";
        }
        if (ms % 60_000 == 0 && ms > 0) {
            return ms / 60_000 + "m";
        }
        return ms % 1_000 == 0 ? ms / 1_000 + "s" : ms + "ms";
    }
}
