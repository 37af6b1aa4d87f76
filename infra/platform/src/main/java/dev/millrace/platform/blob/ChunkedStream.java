package dev.millrace.platform.blob;

import java.io.IOException;
import java.io.InputStream;

/** A stream that produces its bytes chunk by chunk. Used by one thread at a time. */
abstract class ChunkedStream extends InputStream {
    private byte[] chunk = new byte[0];
    private int at;

    /**
     * Does the next piece of work and passes the bytes that result to {@link #give}. A call may produce no bytes yet. Returns false at the
     * end of the stream.
     */
    abstract boolean advance() throws IOException;

    /** Sets the next chunk. To be called only when the previous chunk has been read completely. */
    final void give(byte[] next) {
        chunk = next;
        at = 0;
    }

    /** Returns how many bytes can be read before {@link #advance} must be called again. */
    final int made() {
        return chunk.length - at;
    }

    @Override
    public final int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public final int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (made() == 0) {
            if (!advance()) {
                return -1;
            }
        }
        int count = Math.min(length, made());
        System.arraycopy(chunk, at, into, offset, count);
        at += count;
        return count;
    }
}
