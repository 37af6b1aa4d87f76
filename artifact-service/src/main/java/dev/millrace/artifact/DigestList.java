package dev.millrace.artifact;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.Problem;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The body <code>{"digests": […]}</code>, parsed without building anything except the digests. */
final class DigestList {
    static final int MAX_DIGESTS = 10_000;

    private DigestList() {}

    /** @throws HttpProblemException when the body does not have this form; parsing stops at the first error */
    static List<Digest> parse(byte[] body) {
        try (JsonParser parser = Json.MAPPER.getFactory().createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new HttpProblemException(ProblemKind.BAD_JSON, "expected a JSON object");
            }
            List<Digest> digests = null;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean named = parser.currentName().equals("digests");
                if (parser.nextToken() == JsonToken.START_ARRAY && named) {
                    digests = digests(parser);
                } else {
                    parser.skipChildren();
                }
            }
            if (parser.nextToken() != null) {
                throw new HttpProblemException(ProblemKind.BAD_JSON, "something follows the JSON object");
            }
            if (digests == null) {
                throw malformed();
            }
            return digests;
        } catch (IOException e) {
            throw new HttpProblemException(ProblemKind.BAD_JSON, "the body is not JSON: " + Json.firstLine(e));
        }
    }

    private static List<Digest> digests(JsonParser parser) throws IOException {
        var digests = new ArrayList<Digest>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (digests.size() == MAX_DIGESTS) {
                throw malformed();
            }
            String text = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getText() : "";
            if (!Digest.isDigest(text)) {
                throw new HttpProblemException(
                        ProblemKind.BAD_DIGEST,
                        "not a SHA-256",
                        List.of(new Problem.Finding("/digests/" + digests.size(), "not a SHA-256")));
            }
            digests.add(new Digest(text));
        }
        return digests;
    }

    private static HttpProblemException malformed() {
        return new HttpProblemException(
                ProblemKind.BAD_REQUEST, "expected {\"digests\": […]} with at most " + MAX_DIGESTS + " entries");
    }
}
