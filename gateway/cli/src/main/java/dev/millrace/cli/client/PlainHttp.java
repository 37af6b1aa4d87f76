package dev.millrace.cli.client;

import dev.millrace.platform.http.ClientDeadlines;
import dev.millrace.platform.http.DeadlineStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpRetryException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes plain requests with the JDK's old client, {@link HttpURLConnection}, which needs no setup: creating the JDK's new client takes a
 * fifth of a second, which is most of the time of a short command. Requests block. The client follows no redirects and repeats no request.
 */
final class PlainHttp {
    private static final ClientDeadlines DEADLINES = ClientDeadlines.DEFAULT;

    private PlainHttp() {}

    /** A request, to be completed and sent once. */
    static final class Request {
        private final String method;
        private final URI uri;
        private final Map<String, String> headers = new LinkedHashMap<>();
        private byte @Nullable [] body;
        private Duration timeout = Duration.ofSeconds(30);

        Request(String method, URI uri) {
            this.method = method;
            this.uri = uri;
        }

        Request header(String name, String value) {
            headers.put(name, value);
            return this;
        }

        Request json(byte[] bytes) {
            body = bytes;
            return header("Content-Type", "application/json");
        }

        /** @param limit how long the server may send nothing */
        Request timeout(Duration limit) {
            timeout = limit;
            return this;
        }
    }

    /** A completely received answer. */
    @SuppressWarnings("ArrayRecordComponent") // Lives for one request and is never compared.
    record Answer(int status, Optional<String> retryAfter, byte[] body) {
        boolean isSuccess() {
            return status / 100 == 2;
        }
    }

    static Answer send(Request request) throws IOException {
        var connection = (HttpURLConnection) request.uri.toURL().openConnection();
        try {
            connection.setRequestMethod(request.method);
            connection.setInstanceFollowRedirects(false);
            connection.setUseCaches(false);
            connection.setConnectTimeout((int) Math.min(DEADLINES.connect().toMillis(), request.timeout.toMillis()));
            connection.setReadTimeout((int) request.timeout.toMillis());
            request.headers.forEach(connection::setRequestProperty);
            byte[] body = request.body;
            if (body != null || request.method.equals("POST")) {
                connection.setDoOutput(true);
                connection.setFixedLengthStreamingMode(body == null ? 0 : body.length);
                try (OutputStream out = connection.getOutputStream()) {
                    out.write(body == null ? new byte[0] : body);
                }
            }
            int status = connection.getResponseCode();
            return new Answer(status, Optional.ofNullable(connection.getHeaderField("Retry-After")), body(connection));
        } catch (HttpRetryException e) {
            // The server asked for a login; the JDK's client does not hand out that answer.
            return new Answer(e.responseCode(), Optional.empty(), new byte[0]);
        } finally {
            connection.disconnect();
        }
    }

    private static byte[] body(HttpURLConnection connection) throws IOException {
        InputStream error = connection.getErrorStream();
        boolean failed = connection.getResponseCode() >= HttpURLConnection.HTTP_BAD_REQUEST;
        if (failed && error == null) {
            return new byte[0];
        }
        try (InputStream in = new DeadlineStream(failed ? error : connection.getInputStream(), DEADLINES)) {
            return in.readAllBytes();
        }
    }
}
