package dev.millrace.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Sends bad requests to every operation of the artifact service. Each is answered with a whole problem document and the expected status,
 * never with 500 or an empty body, and within five seconds.
 */
class EveryBlobEndpointIT {
    private static final long MOST_MS = 5_000;
    private static final String UNKNOWN =
            Digest.of("never stored".getBytes(UTF_8)).hex();
    private static final byte[] NONE = new byte[0];

    /** An operation, with {@code DIGEST} in the place of a digest. */
    private record Operation(String method, String path, boolean hasJson) {
        String with(String digest) {
            return path.replace("DIGEST", digest);
        }

        boolean hasDigest() {
            return path.contains("DIGEST");
        }
    }

    private static final List<Operation> OPERATIONS = List.of(
            new Operation("POST", "/v1/blobs:missing", true),
            new Operation("POST", "/v1/blobs:batch", false),
            new Operation("PUT", "/v1/trees", true),
            new Operation("PUT", "/v1/blobs/DIGEST", false),
            new Operation("GET", "/v1/blobs/DIGEST", false),
            new Operation("HEAD", "/v1/blobs/DIGEST", false),
            new Operation("GET", "/v1/blobs/DIGEST/url", false),
            new Operation("GET", "/v1/blobs/DIGEST/check", false),
            new Operation("HEAD", "/v1/blobs/DIGEST/upload", false));

    private static final List<String> BAD_DIGESTS = List.of(
            "x",
            "..%2f..%2fetc",
            "a%00b",
            "a%0d%0ab",
            UNKNOWN.toUpperCase(java.util.Locale.ROOT),
            UNKNOWN.substring(1),
            UNKNOWN + "0",
            "x".repeat(3_000));

    private final SharedStack stack = SharedStack.get();
    private final List<String> wrong = new ArrayList<>();

    private static String head(String method, String target, String... headers) {
        boolean hasHost = Stream.of(headers).anyMatch(it -> it.startsWith("Host:"));
        return method + " " + target + " HTTP/1.1\r\n" + (hasHost ? "" : "Host: localhost\r\n")
                // A response to HEAD has a length but no body, so its end is that of the connection.
                + "Connection: close\r\n"
                + String.join("", Stream.of(headers).map(it -> it + "\r\n").toList()) + "\r\n";
    }

    private void expect(Set<Integer> accepted, Operation operation, String row, String head, byte[] body)
            throws IOException {
        URI service = stack.platform().artifactService();
        long since = System.nanoTime();
        RawHttp.DecisionResult answer = RawHttp.send(service, head, body);
        long tookMs = (System.nanoTime() - since) / 1_000_000;
        boolean whole = operation.method().equals("HEAD") || (answer.isProblem() && isComplete(answer));
        if (!accepted.contains(answer.status()) || !whole || tookMs > MOST_MS) {
            wrong.add(operation.method() + " " + operation.path() + ", " + row + ": expected " + accepted + ", got "
                    + answer + " after " + tookMs + " ms");
        }
    }

    private static boolean isComplete(RawHttp.DecisionResult answer) throws IOException {
        JsonNode problem = Json.MAPPER.readTree(answer.body());
        return problem.path("status").asInt() == answer.status()
                && !problem.path("detail").asText().isEmpty()
                && !problem.path("requestId").asText().isEmpty();
    }

    @Test
    void inRequestsForOthersOrWithABrokenHeadEveryOperationRefuses() throws IOException {
        for (Operation it : OPERATIONS) {
            String target = it.with(UNKNOWN);
            expect(Set.of(421), it, "foreign host", head(it.method(), target, "Host: evil.example"), NONE);
            expect(Set.of(403), it, "foreign origin", head(it.method(), target, "Origin: http://evil.example"), NONE);
            expect(Set.of(400), it, "broken path", head(it.method(), target + "%zz"), NONE);
            expect(Set.of(414), it, "long line", head(it.method(), target + "?x=" + "x".repeat(9_000)), NONE);
            expect(Set.of(431), it, "large header", head(it.method(), target, "X: " + "x".repeat(9_000)), NONE);
            expect(Set.of(400), it, "length that is none", head(it.method(), target, "Content-Length: many"), NONE);
            expect(Set.of(400), it, "negative length", head(it.method(), target, "Content-Length: -1"), NONE);
            expect(Set.of(404, 405), it, "wrong method", head("DELETE", target), NONE);
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void inWhatIsNoDigestOrIsNotStoredEveryOperationSaysSo() throws IOException {
        for (Operation it : OPERATIONS) {
            if (!it.hasDigest()) {
                continue;
            }
            for (String bad : BAD_DIGESTS) {
                byte[] body = it.method().equals("PUT") ? new byte[] {1} : NONE;
                expect(
                        Set.of(400, 404),
                        it,
                        "digest " + bad,
                        head(it.method(), it.with(bad), "Content-Length: " + body.length),
                        body);
            }
            boolean asks = it.method().equals("GET")
                    || (it.method().equals("HEAD") && !it.path().endsWith("/upload"));
            if (asks && !it.path().endsWith("/check")) {
                expect(Set.of(404), it, "unknown digest", head(it.method(), it.with(UNKNOWN)), NONE);
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void inBadBodiesEveryOperationThatTakesOneSaysWhatIsWrong() throws IOException {
        var bodies = new TreeMap<String, byte[]>(Map.of(
                "empty", NONE,
                "truncated", "{\"a\":".getBytes(UTF_8),
                "null", "null".getBytes(UTF_8),
                "not a number", "{\"entries\":NaN,\"digests\":NaN}".getBytes(UTF_8),
                "duplicate keys", "{\"digests\":[],\"digests\":[],\"entries\":[],\"entries\":[]}".getBytes(UTF_8),
                "wrong items", "{\"digests\":[1,null,{}],\"entries\":[1,null,{}]}".getBytes(UTF_8),
                "wrong type", "{\"digests\":{\"a\":1},\"entries\":\"x\"}".getBytes(UTF_8),
                "deep", "[".repeat(10_000).getBytes(UTF_8),
                "half a surrogate", "{\"digests\":[\"\\ud800\"],\"entries\":[{\"path\":\"\\ud800\"}]}".getBytes(UTF_8),
                "invalid UTF-8", new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}));
        for (String path : List.of("..", "/etc/passwd", "a/../../b", "a\\u0000b", "", "a//b")) {
            bodies.put(
                    "tree with path " + path,
                    ("{\"entries\":[{\"path\":\"" + path + "\",\"digest\":\"" + UNKNOWN
                                    + "\",\"size\":1,\"executable\":false}],\"digests\":[\"" + path + "\"]}")
                            .getBytes(UTF_8));
        }
        for (Operation it : OPERATIONS) {
            if (it.hasJson()) {
                for (Map.Entry<String, byte[]> body : bodies.entrySet()) {
                    String head = head(
                            it.method(),
                            it.path(),
                            "Content-Type: application/json",
                            "Content-Length: " + body.getValue().length);
                    expect(Set.of(400, 422), it, body.getKey(), head, body.getValue());
                }
            }
        }
        Operation batch = OPERATIONS.get(1);
        for (String body : List.of(
                "nonsense",
                UNKNOWN + "\n",
                UNKNOWN + " x\n",
                UNKNOWN + " -1\n",
                UNKNOWN + " 10\nabc",
                UNKNOWN + " 9223372036854775808\n",
                UNKNOWN + " 3\nabc")) {
            byte[] bytes = body.getBytes(UTF_8);
            expect(
                    Set.of(400, 422),
                    batch,
                    body,
                    head(batch.method(), batch.path(), "Content-Length: " + bytes.length),
                    bytes);
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void inBytesThatAreNotThoseOfTheDigestOrThatNobodyHasTheServiceRefuses() throws IOException {
        Operation put = OPERATIONS.get(3);
        byte[] other = {1, 2, 3};
        expect(Set.of(400, 422), put, "another hash", head("PUT", put.with(UNKNOWN), "Content-Length: 3"), other);
        for (String encoding : List.of("br", "gzip")) {
            expect(
                    Set.of(415),
                    put,
                    encoding,
                    head("PUT", put.with(UNKNOWN), "Content-Length: 3", "Content-Encoding: " + encoding),
                    other);
        }
        expect(
                Set.of(400, 422),
                put,
                "broken zstd",
                head("PUT", put.with(UNKNOWN), "Content-Length: 3", "Content-Encoding: zstd"),
                other);
        Digest stored = new BlobClient(stack.platform().artifactService()).put("stored".getBytes(UTF_8));
        Operation get = OPERATIONS.get(4);
        for (String range : List.of("bytes=9-", "bytes=6-7", "bytes=-0")) {
            expect(Set.of(416), get, range, head("GET", get.with(stored.hex()), "Range: " + range), NONE);
        }
        assertThat(wrong).isEmpty();
    }
}
