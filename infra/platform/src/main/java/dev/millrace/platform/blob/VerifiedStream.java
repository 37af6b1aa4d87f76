package dev.millrace.platform.blob;

import dev.millrace.schemas.blob.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Checks the bytes of a blob while they are read. The last bytes are returned only after all bytes were found to match the blob's digest.
 * So a reader that reaches the end of the stream has received exactly what was stored. A damaged or truncated blob ends with {@link
 * CorruptBlobException} and never with the end of the stream. Uses the memory of two chunks. For one thread.
 */
public final class VerifiedStream extends InputStream {
    private static final int CHUNK = 64 * 1024;

    private final InputStream in;
    private final Digest expected;
    private final long expectedSize;
    private final MessageDigest hash = Digest.newHash();
    private byte[] current = new byte[CHUNK];
    private byte[] held = new byte[CHUNK];
    private int at;
    private int end;
    private int heldLength = -1;
    private long total;
    private boolean verified;
    private @Nullable IOException failure;

    /** @param expectedSize the size in bytes that a reference to the blob gives; negative if it is not known */
    public VerifiedStream(InputStream in, Digest expected, long expectedSize) {
        this.in = in;
        this.expected = expected;
        this.expectedSize = expectedSize;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (at == end && !advance()) {
            return -1;
        }
        int count = Math.min(length, end - at);
        System.arraycopy(current, at, into, offset, count);
        at += count;
        return count;
    }

    /** Makes the chunk that was held back the current one. Returns false at the end of a stream that was verified. */
    private boolean advance() throws IOException {
        if (failure != null) {
            throw failure;
        }
        if (verified) {
            return false;
        }
        try {
            if (heldLength < 0) {
                heldLength = next(held);
            }
            byte[] spare = current;
            current = held;
            end = heldLength;
            at = 0;
            held = spare;
            heldLength = end == 0 ? 0 : next(held);
            if (heldLength == 0) {
                verify();
            }
            return end > 0;
        } catch (IOException e) {
            end = at;
            failure = e;
            throw e;
        }
    }

    private int next(byte[] chunk) throws IOException {
        int read = in.readNBytes(chunk, 0, CHUNK);
        hash.update(chunk, 0, read);
        total += read;
        return read;
    }

    private void verify() throws CorruptBlobException {
        if (expectedSize >= 0 && total != expectedSize) {
            throw new CorruptBlobException(expected, "has " + total + " bytes, not the " + expectedSize + " it had");
        }
        Digest actual = Digest.of(hash);
        if (!actual.equals(expected)) {
            throw new CorruptBlobException(expected, "has " + total + " bytes with the hash " + actual);
        }
        verified = true;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
