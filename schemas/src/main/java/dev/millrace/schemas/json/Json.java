package dev.millrace.schemas.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The JSON configuration that all modules share. Readers ignore unknown fields, because later versions of v1 may add some. They refuse
 * duplicate keys, nesting deeper than 64, and a missing or null primitive. Writers leave out nulls.
 */
public final class Json {
    public static final int MAX_DEPTH = 64;

    public static final ObjectMapper MAPPER = mapper(true);

    /** The same configuration without the check for duplicate keys; only for JSON that Millrace itself has written. */
    public static final ObjectMapper OWN = mapper(false);

    private static ObjectMapper mapper(boolean refuseDuplicates) {
        return JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(MAX_DEPTH)
                                .maxNumberLength(40)
                                .build())
                        .configure(StreamReadFeature.STRICT_DUPLICATE_DETECTION, refuseDuplicates)
                        .build())
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                .defaultPropertyInclusion(
                        JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
                .build();
    }

    private Json() {}

    /**
     * Reads a record from JSON that somebody else wrote.
     *
     * @throws MalformedJsonException when the JSON is not such a record, or a required field is missing
     */
    public static <T> T read(byte[] json, Class<T> type) throws MalformedJsonException {
        T value;
        try {
            value = MAPPER.readValue(json, type);
        } catch (IOException | RuntimeException e) {
            throw new MalformedJsonException(firstLine(e));
        }
        return complete(value);
    }

    /** @throws MalformedJsonException when {@code value} is null, or when it or a record inside it breaks a rule of {@link FieldRules} */
    public static <T> T complete(@Nullable T value) throws MalformedJsonException {
        if (value == null) {
            throw new MalformedJsonException("null is no value here");
        }
        var broken = FieldRules.firstBroken(value);
        if (broken.isPresent()) {
            throw new MalformedJsonException(broken.get());
        }
        return value;
    }

    /** Returns the first line of the error message, cut to 300 characters. */
    public static String firstLine(Exception e) {
        String message = e instanceof JacksonException parsing ? parsing.getOriginalMessage() : e.getMessage();
        String line = String.valueOf(message).lines().findFirst().orElse("").strip();
        return line.length() > 300 ? line.substring(0, 300) + "…" : line;
    }
}
