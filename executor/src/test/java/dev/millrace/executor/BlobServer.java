package dev.millrace.executor;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A fake artifact service for tests of what clients send. It reports every blob as missing and accepts every upload, but keeps only the
 * digests. It does not accept compressed bodies.
 */
public final class BlobServer implements AutoCloseable {
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Set<Digest> stored = ConcurrentHashMap.newKeySet();
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

    /** Returns the requests that were received, such as {@code POST /v1/blobs:missing}. Digests in their paths are replaced. */
    public List<String> requests() {
        return new ArrayList<>(requests);
    }

    /** Returns the digests of all content that was received. */
    public Set<Digest> stored() {
        return Set.copyOf(stored);
    }

    /** Records the digests of the blobs in a batch. Before each blob there is a line with its digest and size. */
    private void store(byte[] batch) {
        var in = ByteBuffer.wrap(batch);
        while (in.hasRemaining()) {
            var head = new StringBuilder();
            for (char c = (char) in.get(); c != '\n'; c = (char) in.get()) {
                head.append(c);
            }
            byte[] blob = new byte[Integer.parseInt(head.substring(head.indexOf(" ") + 1))];
            in.get(blob);
            stored.add(Digest.of(blob));
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        if (exchange.getRequestHeaders().containsKey("Content-Encoding")) {
            throw new IOException("compressed bodies are for the real service");
        }
        byte[] body = exchange.getRequestBody().readAllBytes();
        String path = exchange.getRequestURI().getPath();
        requests.add(exchange.getRequestMethod() + " " + path.replaceAll("[0-9a-f]{64}", "DIGEST"));
        Map<?, ?> answer = Map.of();
        if (path.endsWith(":missing")) {
            answer = Map.of("missing", Json.MAPPER.readValue(body, Map.class).get("digests"));
        } else if (path.endsWith(":batch")) {
            store(body);
        } else if (path.startsWith("/v1/blobs/")) {
            stored.add(Digest.of(body));
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
