package dev.millrace.artifact;

import dev.millrace.platform.blob.BlobState;
import dev.millrace.schemas.blob.Digest;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/** A stored blob that is read and hashed in turns, so that others can be read in between. For one thread at a time. */
final class BlobCheck implements Closeable {
    private static final int CHUNK = 64 * 1024;

    /** Long enough that taking turns costs nothing, and short enough that a small blob does not wait long for its own. */
    private static final int TURN_BYTES = 1 << 20;

    private final Digest digest;
    private final InputStream in;
    private final MessageDigest hash = Digest.newHash();
    private final byte[] chunk = new byte[CHUNK];
    private long size;

    /** @param in the bytes that are stored under {@code digest}; closed with this */
    BlobCheck(Digest digest, InputStream in) {
        this.digest = digest;
        this.in = in;
    }

    Digest digest() {
        return digest;
    }

    /** Reads for one turn; false once all is read. */
    boolean readOn() throws IOException {
        int read = 0;
        for (int count = 0; count < TURN_BYTES && read >= 0; count += read) {
            read = in.read(chunk);
            if (read > 0) {
                hash.update(chunk, 0, read);
                size += read;
            }
        }
        return read >= 0;
    }

    /** Returns the state of the blob, once all is read; to be asked once. */
    BlobState result() {
        Digest actual = Digest.of(hash);
        return new BlobState(
                actual.equals(digest) ? BlobState.Condition.INTACT : BlobState.Condition.CORRUPT, size, actual.hex());
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
