package dev.millrace.dist;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.json.Json;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Reads the live events of a job over a WebSocket. It uses the client of Vert.x because the JDK's client loses bytes, see {@code
 * JobEvents}.
 */
final class EventStream {
    private static final short NORMAL_CLOSURE = 1000;
    private static final Vertx VERTX = Vertx.vertx();
    private static final WebSocketClient CLIENT = VERTX.createWebSocketClient();

    private EventStream() {}

    /** Returns all frames up to the end of the job, but at most {@code limit}. Throws an exception if the stream ends in another way. */
    static List<JsonNode> read(URI gateway, String jobId, String cursor, int limit) throws Exception {
        var frames = new CopyOnWriteArrayList<JsonNode>();
        var over = new CompletableFuture<Void>();
        String query = cursor.isEmpty() ? "" : "?cursor=" + cursor;
        ClientWebSocket socket = CLIENT.webSocket();
        // The handlers are set before the socket connects, because a short stream may end before the connection is
        // reported.
        socket.closeHandler(closed -> end(socket, frames.size(), over));
        socket.textMessageHandler(text -> {
                    if (frames.size() < limit) {
                        frames.add(parse(text));
                    }
                    if (frames.size() == limit) {
                        over.complete(null);
                    }
                })
                .connect(gateway.getPort(), gateway.getHost(), "/v1/jobs/" + jobId + "/events" + query)
                .onSuccess(connected -> {
                    var unused = over.whenComplete((done, failure) -> connected.close());
                })
                .onFailure(over::completeExceptionally);
        over.get(60, TimeUnit.SECONDS);
        return List.copyOf(frames);
    }

    private static void end(WebSocket socket, int received, CompletableFuture<Void> over) {
        Short status = socket.closeStatusCode();
        if (status != null && status == NORMAL_CLOSURE) {
            over.complete(null);
        } else {
            over.completeExceptionally(new IOException(
                    "closed with " + status + ", " + socket.closeReason() + ", after " + received + " events"));
        }
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
