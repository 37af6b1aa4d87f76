package dev.millrace.platform.log;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Ids that every log line of a thread carries while the thread works on something, no matter which class writes the line. Contexts can be
 * nested: closing one restores the ids from before it was opened. The thread that opened a context must also close it.
 */
public final class LogContext implements AutoCloseable {
    private final Map<String, @Nullable String> before = new HashMap<>();

    private LogContext() {}

    /** @param namesAndValues names and their values in turn, such as {@code "jobId", "j0123…"} */
    public static LogContext of(String... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("a name without a value");
        }
        var context = new LogContext();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            String name = namesAndValues[i];
            context.before.putIfAbsent(name, MDC.get(name));
            MDC.put(name, namesAndValues[i + 1]);
        }
        return context;
    }

    @Override
    public void close() {
        before.forEach((name, value) -> {
            if (value == null) {
                MDC.remove(name);
            } else {
                MDC.put(name, value);
            }
        });
    }
}
