package dev.millrace.schemas.blob;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.json.MalformedJsonException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON of a tree in one pass, because anybody may upload a tree with a hundred thousand entries. It stops at the first entry
 * above the limit, and fails at the first object with too many fields. It ignores unknown fields, because later versions may add some.
 */
final class TreeReader {
    /**
     * The largest number of fields in one object. It is limited because the check for duplicate names keeps all names of an object in
     * memory.
     */
    private static final int MAX_FIELDS = 64;

    private final JsonParser parser;
    private final Tree.Visitor visitor;

    private TreeReader(JsonParser parser, Tree.Visitor visitor) {
        this.parser = parser;
        this.visitor = visitor;
    }

    /** Returns the entries in the order of the JSON, at most one more than a tree may have. */
    static List<TreeEntry> read(byte[] json) throws MalformedJsonException {
        var entries = new ArrayList<TreeEntry>();
        try (JsonParser parser = Json.MAPPER.getFactory().createParser(json)) {
            new TreeReader(parser, entries::add).tree();
            return entries;
        } catch (MalformedJsonException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new MalformedJsonException(Json.firstLine(e));
        }
    }

    /** Passes the entries to {@code visitor} one by one. Reads {@code json} to its end, except when there are too many entries. */
    static void visit(InputStream json, Tree.Visitor visitor) throws IOException {
        try (JsonParser parser = Json.MAPPER.getFactory().createParser(json)) {
            // The caller opened the stream and may want to read the rest of it.
            parser.disable(JsonParser.Feature.AUTO_CLOSE_SOURCE);
            new TreeReader(parser, visitor).tree();
        }
    }

    private void tree() throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new MalformedJsonException("expected a JSON object");
        }
        boolean found = false;
        int fields = 0;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            count(++fields);
            boolean named = parser.currentName().equals("entries");
            if (parser.nextToken() == JsonToken.START_ARRAY && named) {
                if (found) {
                    throw new MalformedJsonException("'entries' is there twice");
                }
                found = true;
                if (entries() > Tree.MAX_ENTRIES) {
                    return;
                }
            } else {
                passOver();
            }
        }
        if (!found) {
            throw new MalformedJsonException("'entries' is missing");
        }
        if (parser.nextToken() != null) {
            throw new MalformedJsonException("something follows the JSON object");
        }
    }

    private static void count(int fields) throws MalformedJsonException {
        if (fields > MAX_FIELDS) {
            throw new MalformedJsonException("an object has more than " + MAX_FIELDS + " fields");
        }
    }

    /** Visits the entries of the array and returns their number, at most one more than a tree may have. */
    private int entries() throws IOException {
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY && count <= Tree.MAX_ENTRIES) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw new MalformedJsonException("the entry " + count + " is no object");
            }
            visitor.visit(entry(count));
            count++;
        }
        return count;
    }

    private TreeEntry entry(int index) throws IOException {
        String path = null;
        String digest = null;
        Long size = null;
        Boolean executable = null;
        int fields = 0;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            count(++fields);
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "path" -> path = text(index, name, value);
                case "digest" -> digest = text(index, name, value);
                case "size" -> {
                    require(value == JsonToken.VALUE_NUMBER_INT, index, "'size' is no whole number");
                    size = parser.getLongValue();
                }
                case "executable" -> {
                    require(value.isBoolean(), index, "'executable' is neither true nor false");
                    executable = value == JsonToken.VALUE_TRUE;
                }
                default -> passOver();
            }
        }
        return new TreeEntry(
                present(path, index, "path"),
                new Digest(present(digest, index, "digest")),
                present(size, index, "size"),
                present(executable, index, "executable"));
    }

    private String text(int index, String name, JsonToken value) throws IOException {
        require(value == JsonToken.VALUE_STRING, index, "'" + name + "' is no text");
        return parser.getText();
    }

    private static void require(boolean holds, int index, String otherwise) throws MalformedJsonException {
        if (!holds) {
            throw new MalformedJsonException("the entry " + index + " is not valid: " + otherwise);
        }
    }

    private static <T> T present(@Nullable T value, int index, String name) throws MalformedJsonException {
        if (value == null) {
            throw new MalformedJsonException("the entry " + index + " is not valid: '" + name + "' is missing");
        }
        return value;
    }

    /** Skips a value that is not needed. The limit on the number of fields applies to its objects, too. */
    private void passOver() throws IOException {
        if (!parser.currentToken().isStructStart()) {
            return;
        }
        int[] fields = new int[Json.MAX_DEPTH + 1];
        int depth = 0;
        do {
            JsonToken token = parser.currentToken();
            if (token.isStructStart()) {
                fields[++depth] = 0;
            } else if (token.isStructEnd()) {
                depth--;
            } else if (token == JsonToken.FIELD_NAME) {
                count(++fields[depth]);
            }
        } while (depth > 0 && parser.nextToken() != null);
    }
}
