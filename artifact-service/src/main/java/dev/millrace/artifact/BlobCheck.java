package dev.millrace.artifact;

import dev.millrace.platform.blob.BlobState;
import dev.millrace.schemas.blob.Digest;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/** Reads and hashes a stored blob in turns, so that other blobs can be read in between. Only one thread may use it at a time. */
final class BlobCheck implements Closeable {
    private static final int CHUNK = 64 * 1024;

    /** Long enough that taking turns costs little, and short enough that a small blob does not wait long for its turn. */
    private static final int TURN_BYTES = 1 << 20;

    private final Digest digest;
    private final InputStream in;
    private final MessageDigest hash = Digest.newHash();
    private final byte[] chunk = new byte[CHUNK];
    private long size;

    /** @param in the bytes that are stored under {@code digest}; {@link #close} closes it */
    BlobCheck(Digest digest, InputStream in) {
        this.digest = digest;
        this.in = in;
    }

    Digest digest() {
        return digest;
    }

    /** Reads for one turn. Returns false when the whole blob has been read. */
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

    /** Returns the state of the blob. May be called only once, after the whole blob has been read. */
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
