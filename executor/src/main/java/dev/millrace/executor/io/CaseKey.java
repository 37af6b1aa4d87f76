package dev.millrace.executor.io;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.blob.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Stands for the name of a case in little memory: half of the hash of unit, class and case. */
record CaseKey(long first, long second) {
    /** Nothing for a line that is no case. */
    static Optional<CaseKey> of(JsonNode line) {
        if (!line.has("case")) {
            return Optional.empty();
        }
        String name = line.path("unit").asText("") + "\0" + line.path("class").asText("") + "\0"
                + line.path("case").asText("");
        ByteBuffer hash = ByteBuffer.wrap(Digest.newHash().digest(name.getBytes(StandardCharsets.UTF_8)));
        return Optional.of(new CaseKey(hash.getLong(), hash.getLong()));
    }
}
