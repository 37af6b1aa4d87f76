package dev.millrace.executor.io;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.codec.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An artifact service that has nothing, takes everything and keeps nothing, for tests of what it is sent. */
public final class BlobServer implements AutoCloseable {
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    public BlobServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** What it was asked, such as {@code POST /v1/blobs:missing}; digests left out. */
    public List<String> requests() {
        return new ArrayList<>(requests);
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String path = exchange.getRequestURI().getPath();
        requests.add(exchange.getRequestMethod() + " " + path.replaceAll("[0-9a-f]{64}", "DIGEST"));
        Map<String, Object> answer = Map.of();
        if (path.endsWith(":missing")) {
            JsonNode asked = Json.MAPPER.readTree(body).path("digests");
            answer = Map.of("missing", asked);
        } else if (path.endsWith("/trees")) {
            answer = Map.of("digest", Digest.of(body));
        }
        byte[] bytes = Json.MAPPER.writeValueAsBytes(answer);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
