package dev.millrace.platform.blob;

import java.io.IOException;
import java.io.InputStream;

/** A stream whose bytes are made chunk by chunk. For one thread at a time. */
abstract class ChunkedStream extends InputStream {
    private byte[] chunk = new byte[0];
    private int at;

    /** Makes more, which it gives to {@link #give}, or nothing yet. Returns false at the end. */
    abstract boolean advance() throws IOException;

    /** Takes the next chunk, once all of the one before is read. */
    final void give(byte[] next) {
        chunk = next;
        at = 0;
    }

    /** How many bytes can be read without making more. */
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
