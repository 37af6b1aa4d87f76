package dev.millrace.platform.blob;

import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.platform.problem.StoredDamage;
import dev.millrace.schemas.blob.Digest;
import java.io.IOException;

/** The bytes received for a digest have another hash or a wrong size. Another request may return the same bytes. */
public final class CorruptBlobException extends IOException implements StoredDamage {
    private static final long serialVersionUID = 1L;

    public CorruptBlobException(Digest digest, String how) {
        this("the blob " + digest + " " + how);
    }

    CorruptBlobException(String message) {
        super(message);
    }

    @Override
    public ProblemKind kind() {
        return ProblemKind.CORRUPT_BLOB;
    }
}
