package dev.millrace.platform.log;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Ids that every log line of a thread carries while the thread works on something, whoever writes the line. Contexts nest: closing one brings
 * back what was there before. To be closed on the thread that opened it.
 */
public final class LogContext implements AutoCloseable {
    private final Map<String, @Nullable String> before = new HashMap<>();

    private LogContext() {}

    /** @param namesAndValues such as {@code "jobId", "j0123…"} */
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
