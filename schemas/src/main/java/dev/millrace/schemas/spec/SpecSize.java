package dev.millrace.schemas.spec;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/** An amount of bytes as people write it: {@code 512MiB}, {@code 2GiB}. */
public record SpecSize(long bytes) {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,6})(KiB|MiB|GiB)");

    /** @throws IllegalArgumentException when {@code text} is not of that form */
    @JsonCreator
    public static SpecSize parse(String text) {
        var matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a size such as 512MiB or 2GiB");
        }
        long amount = Long.parseLong(matcher.group(1));
        return new SpecSize(
                switch (matcher.group(2)) {
                    case "KiB" -> amount << 10;
                    case "MiB" -> amount << 20;
                    default -> amount << 30;
                });
    }

    @Override
    @JsonValue
    public String toString() {
        if (bytes % (1L << 30) == 0) {
            return (bytes >> 30) + "GiB";
        }
        return bytes % (1L << 20) == 0 ? (bytes >> 20) + "MiB" : (bytes >> 10) + "KiB";
    }
}
