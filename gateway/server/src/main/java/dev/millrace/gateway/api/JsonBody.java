package dev.millrace.gateway.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.json.JsonShape;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** JSON as the body of a request. */
final class JsonBody {
    /** Maximum size of a body with only a few fields. */
    static final long SMALL_BYTES = 64L << 10;

    private static final JsonShape SMALL = new JsonShape(4, 100, 20, 20);
    private static final Pattern TYPE = Pattern.compile("application/json(\\s*;\\s*charset\\s*=\\s*\"?utf-8\"?)?\\s*");

    private JsonBody() {}

    /** @throws HttpProblemException with status 415 unless the Content-Type is JSON, with no charset or with UTF-8 */
    static void requireJson(HttpServerRequest request) {
        String type = request.getHeader("Content-Type");
        if (type == null || !TYPE.matcher(type.toLowerCase(Locale.ROOT)).matches()) {
            throw new HttpProblemException(
                    ProblemKind.UNSUPPORTED_MEDIA_TYPE, "the body must be application/json in UTF-8");
        }
    }

    /** @throws HttpProblemException 400 unless the bytes are UTF-8 */
    static String text(byte[] body) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new HttpProblemException(ProblemKind.BAD_JSON, "the body is not UTF-8");
        }
    }

    /**
     * Parses a small JSON object that may have only the fields in {@code known}.
     *
     * @throws HttpProblemException if the body is not such an object
     */
    static JsonNode small(byte[] body, Set<String> known) {
        String text = text(body);
        try (JsonParser parser = Json.MAPPER.getFactory().createParser(text)) {
            var excess = SMALL.excessOf(parser);
            if (excess.isPresent()) {
                throw new HttpProblemException(
                        ProblemKind.BAD_VALUE, excess.get().message());
            }
            JsonNode node = Json.MAPPER.readTree(text);
            if (!node.isObject()) {
                throw new HttpProblemException(ProblemKind.BAD_JSON, "expected a JSON object");
            }
            node.fieldNames().forEachRemaining(field -> {
                if (!known.contains(field)) {
                    throw new HttpProblemException(
                            ProblemKind.UNKNOWN_FIELD, "'" + field + "' is not known here; accepted: " + known);
                }
            });
            return node;
        } catch (IOException e) {
            throw new HttpProblemException(ProblemKind.BAD_JSON, "the body is not JSON: " + Json.firstLine(e));
        }
    }
}
