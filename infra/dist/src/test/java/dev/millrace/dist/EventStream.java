package dev.millrace.dist;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.codec.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Reads the live events of a job over a WebSocket. */
final class EventStream {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private EventStream() {}

    /** Every frame until the server says the job ended, or until {@code limit} of them came. */
    static List<JsonNode> read(URI gateway, String jobId, String cursor, int limit) throws Exception {
        var frames = new ArrayList<JsonNode>();
        var over = new CompletableFuture<Void>();
        var listener = new WebSocket.Listener() {
            private final StringBuilder partial = new StringBuilder();

            @Override
            public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
                partial.append(data);
                if (last) {
                    frames.add(parse(partial.toString()));
                    partial.setLength(0);
                    if (frames.size() == limit) {
                        over.complete(null);
                        return CompletableFuture.completedFuture(null);
                    }
                }
                socket.request(1);
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
                over.complete(null);
                return CompletableFuture.completedFuture(null);
            }
        };
        String query = cursor.isEmpty() ? "" : "?cursor=" + cursor;
        URI address = URI.create("ws://" + gateway.getAuthority() + "/v1/jobs/" + jobId + "/events" + query);
        WebSocket socket =
                HTTP.newWebSocketBuilder().buildAsync(address, listener).get(10, TimeUnit.SECONDS);
        over.get(60, TimeUnit.SECONDS);
        socket.abort();
        return List.copyOf(frames);
    }

    static List<String> cursors(List<JsonNode> frames) {
        return frames.stream().map(it -> it.path("cursor").asText()).toList();
    }

    private static JsonNode parse(String text) {
        try {
            return Json.MAPPER.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
