package dev.millrace.executor.cases;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.CaseLine;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Identifies a case in little memory: the first half of the hash of its unit, class and name. */
record CaseKey(long first, long second) {
    /** Returns the key of a case; empty for a line that is not a case. */
    static Optional<CaseKey> of(CaseLine line) {
        if (!line.isCase()) {
            return Optional.empty();
        }
        String name = line.unit() + "\0" + line.text("class") + "\0" + line.text("case");
        ByteBuffer hash = ByteBuffer.wrap(Digest.newHash().digest(name.getBytes(StandardCharsets.UTF_8)));
        return Optional.of(new CaseKey(hash.getLong(), hash.getLong()));
    }
}
