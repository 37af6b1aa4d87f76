package dev.millrace.schemas.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Limits on the contents of a JSON document, checked before the document is parsed into objects. A document of eight megabytes can have
 * four million values, and each may become an object or a message of hundreds of bytes. Therefore a first pass counts the values without
 * keeping them.
 *
 * @param depth largest depth of nesting
 * @param values largest number of values in the document, containers included
 * @param items largest number of items in one array
 * @param fields largest number of fields in one object
 */
public record JsonShape(int depth, int values, int items, int fields) {
    /**
     * What is wrong with a document, and where.
     *
     * @param pointer JSON pointer to the place where the problem was found
     * @param line line of that place, from 1
     */
    public record Excess(String pointer, int line, int column, String message) {}

    /**
     * Reads the document until its end or the first problem. A problem is an exceeded limit; a text with half of a surrogate pair, which
     * could not be written as UTF-8 again; or a number so large that a {@code double} is infinite, which no check of values expects.
     *
     * @throws IOException when the document cannot be parsed
     */
    public Optional<Excess> excessOf(JsonParser parser) throws IOException {
        int seen = 0;
        Deque<int[]> open = new ArrayDeque<>();
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
            if (token == JsonToken.END_ARRAY || token == JsonToken.END_OBJECT) {
                open.pop();
                continue;
            }
            if (token == JsonToken.FIELD_NAME || token == JsonToken.VALUE_STRING) {
                if (!isUnicode(parser)) {
                    return excess(parser, "is no Unicode text: half of a surrogate pair is missing");
                }
            }
            if (token == JsonToken.FIELD_NAME) {
                continue;
            }
            if (token == JsonToken.VALUE_NUMBER_FLOAT && !Double.isFinite(parser.getDoubleValue())) {
                return excess(parser, "the number is too large");
            }
            if (++seen > values) {
                return excess(parser, "the document has more than " + values + " values");
            }
            int[] around = open.peek();
            if (around != null && ++around[0] > around[1]) {
                return excess(
                        parser,
                        around[1] == items
                                ? "the array has more than " + items + " items"
                                : "the object has more than " + fields + " fields");
            }
            if (token.isStructStart()) {
                if (open.size() >= depth) {
                    return excess(parser, "the document is nested deeper than " + depth);
                }
                open.push(new int[] {0, token == JsonToken.START_ARRAY ? items : fields});
            }
        }
        return Optional.empty();
    }

    private static Optional<Excess> excess(JsonParser parser, String message) {
        var where = parser.currentTokenLocation();
        return Optional.of(new Excess(
                parser.getParsingContext().pathAsPointer().toString(),
                where.getLineNr(),
                where.getColumnNr(),
                message));
    }

    private static boolean isUnicode(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.FIELD_NAME) {
            return isUnicode(parser.currentName());
        }
        return isUnicode(
                java.nio.CharBuffer.wrap(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength()));
    }

    /** Returns whether every surrogate in {@code text} is part of a pair, so that the text can be written as UTF-8. */
    public static boolean isUnicode(CharSequence text) {
        int i = 0;
        while (i < text.length()) {
            int point = Character.codePointAt(text, i);
            if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                return false;
            }
            i += Character.charCount(point);
        }
        return true;
    }
}
