package dev.millrace.schemas.event;

import java.util.Locale;

/** Converts constants of this package's enums to the names that are used in JSON and in views and are shown to people. */
final class WireName {
    private WireName() {}

    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
