package dev.millrace.platform.blob;

import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.platform.problem.StoredDamage;
import java.io.IOException;

/** The store has no such blob; asking again does not help. */
public final class BlobNotFoundException extends IOException implements StoredDamage {
    public BlobNotFoundException(String what) {
        super("there is no blob " + what);
    }

    @Override
    public ProblemKind kind() {
        return ProblemKind.LOST_BLOB;
    }
}
