package dev.millrace.executor.cases;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.CaseLine;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Stands for the name of a case in little memory: half of the hash of unit, class and case. */
record CaseKey(long first, long second) {
    /** Nothing for a line that is no case. */
    static Optional<CaseKey> of(CaseLine line) {
        if (!line.isCase()) {
            return Optional.empty();
        }
        String name = line.unit() + "\0" + line.text("class") + "\0" + line.text("case");
        ByteBuffer hash = ByteBuffer.wrap(Digest.newHash().digest(name.getBytes(StandardCharsets.UTF_8)));
        return Optional.of(new CaseKey(hash.getLong(), hash.getLong()));
    }
}
