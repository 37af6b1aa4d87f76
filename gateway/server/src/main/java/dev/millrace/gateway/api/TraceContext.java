package dev.millrace.gateway.api;

import io.vertx.core.http.HttpServerRequest;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the trace that a request belongs to. The events of the request's job continue this trace.
 *
 * @see <a href="https://www.w3.org/TR/trace-context/">W3C Trace Context</a>
 */
final class TraceContext {
    private static final Pattern FORM =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

    private TraceContext() {}

    /**
     * Returns the {@code traceparent} header, or null if there is none or it is malformed; the standard also says to ignore a malformed
     * header.
     */
    static @Nullable String of(HttpServerRequest request) {
        return checked(request.getHeader("traceparent"));
    }

    static @Nullable String checked(@Nullable String header) {
        return header != null && FORM.matcher(header).matches() ? header : null;
    }
}
