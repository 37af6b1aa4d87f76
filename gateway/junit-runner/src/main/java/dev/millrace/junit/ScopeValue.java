package dev.millrace.junit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the set-up of the scope of a test class returned. */
public final class ScopeValue {
    private static final String FILE = "value";

    private ScopeValue() {}

    /**
     * Returns what {@link ScopeSteps#setUp} returned; an empty text if it failed before it returned.
     *
     * @throws IllegalStateException if the test runs outside of a scope
     */
    public static String get() {
        Path file = file();
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException("the value of the scope cannot be read", e);
        }
    }

    static void set(String value) throws IOException {
        Files.writeString(file(), value);
    }

    private static Path file() {
        String context = System.getenv("MILLRACE_SCOPE_CONTEXT");
        if (context == null) {
            throw new IllegalStateException("MILLRACE_SCOPE_CONTEXT is not set: the test runs outside of a scope");
        }
        return Path.of(context, FILE);
    }
}
