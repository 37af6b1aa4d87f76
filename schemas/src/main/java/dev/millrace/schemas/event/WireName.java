package dev.millrace.schemas.event;

import java.util.Locale;

/** How the constants of this package's enums are written in JSON, in views and for people. */
final class WireName {
    private WireName() {}

    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
