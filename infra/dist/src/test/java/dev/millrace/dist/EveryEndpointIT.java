package dev.millrace.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.millrace.gateway.api.GatewayApi;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Sends bad input of many kinds to every operation of the OpenAPI document. Each answer must be a problem document with the expected status
 * and a detail text, and never a 500. The test fails if an operation has a path parameter or a body that is not in the tables below.
 */
class EveryEndpointIT {
    private static final String JOB = "j00000000000000000000";

    /** A valid value for each path parameter. A request is valid except for what a test changes in it. */
    private static final Map<String, String> GOOD = Map.of(
            "job",
            JOB,
            "task",
            JOB + ".0",
            "pool",
            "default",
            "owner",
            "a",
            "executor",
            "e",
            "test",
            "p%2Fs%2Ft",
            "path",
            "a",
            "scope",
            "s",
            "domain",
            "d");

    /** The expected status for each path parameter when its value names nothing that exists. */
    private static final Map<String, Integer> BAD_PARAMETER = Map.of(
            "job",
            404,
            "task",
            404,
            "pool",
            400,
            "owner",
            400,
            "executor",
            404,
            "test",
            400,
            "path",
            404,
            "scope",
            404,
            "domain",
            404);

    private static final List<String> BAD_NAMES = List.of(
            "..%2f..%2fetc", "%2e%2e%2fetc", "a%00b", "a%0d%0ab", "%e2%80%aeabc", "%3cscript%3e", "x".repeat(3_000));

    /** The expected status for each operation when its body is not a JSON object. */
    private static final Map<String, Integer> NOT_AN_OBJECT = Map.of(
            "submitJob",
            422,
            "planJob",
            422,
            "setPool",
            400,
            "setOwnerQuota",
            400,
            "setExecutor",
            400,
            "releaseDomain",
            400);

    private static final byte[] NONE = new byte[0];

    private final SharedStack stack = SharedStack.get();
    private final List<String> wrong = new ArrayList<>();

    /** One operation of the OpenAPI document. */
    private record Operation(String id, String method, String path, JsonNode parameters, boolean hasBody) {
        List<String> names() {
            return Stream.of(path.split("[{}]"))
                    .filter(part -> GOOD.containsKey(part) && path.contains("{" + part + "}"))
                    .toList();
        }

        String with(String name, String value) {
            String target = path;
            for (Map.Entry<String, String> good : GOOD.entrySet()) {
                target =
                        target.replace("{" + good.getKey() + "}", good.getKey().equals(name) ? value : good.getValue());
            }
            return target;
        }

        String good() {
            return with("", "");
        }
    }

    private static List<Operation> operations() throws IOException {
        var operations = new ArrayList<Operation>();
        try (InputStream in = GatewayApi.class.getClassLoader().getResourceAsStream(GatewayApi.OPENAPI_RESOURCE)) {
            JsonNode document = new YAMLMapper().readTree(Objects.requireNonNull(in));
            document.path("paths")
                    .properties()
                    .forEach(path -> path.getValue().properties().forEach(method -> {
                        if (!method.getKey().equals("parameters")) {
                            operations.add(new Operation(
                                    method.getValue().path("operationId").asText(),
                                    method.getKey().toUpperCase(Locale.ROOT),
                                    path.getKey(),
                                    method.getValue().path("parameters"),
                                    method.getValue().has("requestBody")));
                        }
                    }));
        }
        return operations;
    }

    private static String head(String method, String target, String... headers) {
        boolean hasHost = Stream.of(headers).anyMatch(it -> it.startsWith("Host:"));
        return method + " " + target + " HTTP/1.1\r\n" + (hasHost ? "" : "Host: localhost\r\n")
                + "Accept: text/event-stream, */*\r\n"
                + String.join("", Stream.of(headers).map(it -> it + "\r\n").toList()) + "\r\n";
    }

    private static String[] json(byte[] body, String... more) {
        return Stream.concat(
                        Stream.of("Content-Type: application/json", "Content-Length: " + body.length), Stream.of(more))
                .toArray(String[]::new);
    }

    /** Sends a request, and adds it to {@code wrong} if the answer is not a complete problem document with this status. */
    private void expect(int status, Operation operation, String row, String head, byte[] body) throws IOException {
        URI gateway = stack.gateway();
        RawHttp.DecisionResult answer = RawHttp.send(gateway, head, body);
        boolean right = answer.status() == status && answer.isProblem() && isComplete(answer.body(), status);
        if (!right) {
            wrong.add(operation.id() + ", " + row + ": expected " + status + ", got " + answer);
        }
    }

    private static boolean isComplete(String body, int status) throws IOException {
        JsonNode problem = Json.MAPPER.readTree(body);
        return problem.path("status").asInt() == status
                && !problem.path("detail").asText().isEmpty()
                && !problem.path("requestId").asText().isEmpty();
    }

    @Test
    void inRequestsForOthersOrWithABrokenHeadEveryOperationRefuses() throws IOException {
        for (Operation it : operations()) {
            String target = it.good();
            expect(421, it, "foreign host", head(it.method(), target, "Host: evil.example"), NONE);
            expect(403, it, "foreign origin", head(it.method(), target, "Origin: http://evil.example"), NONE);
            expect(400, it, "broken query", head(it.method(), target + "?cursor=%zz"), NONE);
            expect(400, it, "broken path", head(it.method(), target + "%zz"), NONE);
            expect(414, it, "long line", head(it.method(), target + "?x=" + "x".repeat(9_000)), NONE);
            expect(431, it, "large header", head(it.method(), target, "X: " + "x".repeat(9_000)), NONE);
            expect(400, it, "length that is none", head(it.method(), target, "Content-Length: many"), NONE);
            expect(413, it, "announced 100 MB", head(it.method(), target, "Content-Length: 104857600"), NONE);
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void inPathParametersThatNameNothingEveryOperationSaysSo() throws IOException {
        for (Operation it : operations()) {
            for (String name : it.names()) {
                for (String bad : BAD_NAMES) {
                    int status = answerTo(name, bad);
                    byte[] body = "{\"weight\":1,\"maxSlots\":1,\"standing\":\"draining\"}".getBytes(UTF_8);
                    String head = it.hasBody()
                            ? head(it.method(), it.with(name, bad), json(body))
                            : head(it.method(), it.with(name, bad));
                    expect(status, it, name + "=" + bad, head, it.hasBody() ? body : NONE);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /**
     * Returns the expected status. A bad value with two slashes is a valid key of a test, but no run of that test is known, so the answer
     * is 404.
     */
    private static int answerTo(String parameter, String bad) {
        boolean isKeyOfATest = parameter.equals("test") && bad.split("%2f", -1).length == 3;
        return isKeyOfATest
                ? 404
                : Objects.requireNonNull(BAD_PARAMETER.get(parameter), "no row for {" + parameter + "}");
    }

    @Test
    void inQueryParametersOutOfTheirRangeEveryOperationSaysSo() throws IOException {
        for (Operation it : operations()) {
            for (JsonNode parameter : it.parameters()) {
                if (!parameter.path("in").asText().equals("query")) {
                    continue;
                }
                String name = parameter.path("name").asText();
                for (String bad : badValues(name, parameter.path("schema"))) {
                    expect(400, it, name + "=" + bad, head(it.method(), it.good() + "?" + name + "=" + bad), NONE);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static List<String> badValues(String name, JsonNode schema) {
        if (name.equals("cursor")) {
            return List.of("made-up", "-1", "9223372036854775808");
        }
        if (schema.path("type").asText().equals("integer")) {
            return List.of("many", "-1", "9223372036854775808", "1.5", "%00");
        }
        boolean free = schema.path("type").asText().equals("string") && !schema.has("enum") && !schema.has("pattern");
        return free ? List.of() : List.of("nonsense!", "%00", "..%2f");
    }

    @Test
    void inBadBodiesEveryOperationThatTakesOneSaysWhatIsWrong() throws IOException {
        for (Operation it : operations()) {
            if (!it.hasBody()) {
                continue;
            }
            int notAnObject = Objects.requireNonNull(NOT_AN_OBJECT.get(it.id()), "no row for the body of " + it.id());
            body(400, it, "truncated", "{\"a\":");
            body(notAnObject, it, "empty", "");
            body(400, it, "duplicate keys", "{\"a\":1,\"a\":2}");
            body(400, it, "not a number", "{\"a\":NaN}");
            body(notAnObject, it, "array", "[]");
            body(422, it, "unknown field", "{\"nonsense\":1}");
            body(422, it, "half a surrogate", "{\"nonsense\":\"\\ud800\"}");
            body(422, it, "2^63", "{\"weight\":9223372036854775808}");
            RawHttp.DecisionResult deep = post(it, "[".repeat(10_000).getBytes(UTF_8));
            assertThat(deep.status()).as("%s, deep: %s", it.id(), deep).isIn(400, 422);
            byte[] utf8 = "{\"a\":\"\u00ff\"}".getBytes(StandardCharsets.ISO_8859_1);
            expect(400, it, "invalid UTF-8", head(it.method(), it.good(), json(utf8)), utf8);
            byte[] some = "{}".getBytes(UTF_8);
            expect(
                    415,
                    it,
                    "wrong type",
                    head(it.method(), it.good(), "Content-Type: text/plain", "Content-Length: 2"),
                    some);
            expect(
                    415,
                    it,
                    "wrong charset",
                    head(it.method(), it.good(), "Content-Type: application/json; charset=utf-16", "Content-Length: 2"),
                    some);
            expect(415, it, "gzip", head(it.method(), it.good(), json(some, "Content-Encoding: gzip")), some);
            expect(
                    408,
                    it,
                    "a length that lies",
                    head(it.method(), it.good(), "Content-Type: application/json", "Content-Length: 1000"),
                    some);
        }
        assertThat(wrong).isEmpty();
    }

    private void body(int status, Operation operation, String row, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        expect(status, operation, row, head(operation.method(), operation.good(), json(bytes)), bytes);
    }

    private RawHttp.DecisionResult post(Operation operation, byte[] body) throws IOException {
        return RawHttp.send(stack.gateway(), head(operation.method(), operation.good(), json(body)), body);
    }

    @Test
    void inMillionsOfWrongTasksTheGatewayRefusesAndGoesOnServing() throws IOException {
        byte[] tasks = ("{\"apiVersion\":\"millrace.dev/v1\",\"name\":\"n\",\"tasks\":[1" + ",1".repeat(4_100_000)
                        + "]}")
                .getBytes(UTF_8);
        var submit = new Operation("submitJob", "POST", "/v1/jobs", Json.MAPPER.createArrayNode(), true);

        for (int i = 0; i < 5; i++) {
            RawHttp.DecisionResult answer = post(submit, tasks);

            assertThat(answer.status()).as(answer.toString()).isEqualTo(422);
            assertThat(answer.body().length()).isLessThan(2_000);
        }
        RawHttp.DecisionResult health = RawHttp.send(stack.gateway(), head("GET", "/health/live"), NONE);
        assertThat(health.status()).isEqualTo(200);
    }
}
