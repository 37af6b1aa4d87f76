package dev.millrace.platform.blob;

import dev.millrace.platform.http.ByteRange;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A part of a stream, which costs reading all of it: the last bytes of the part are given out only after the stream was read to
 * its end without an error and had the size that was promised. Over a {@link VerifiedStream} a part is so as sure as the whole.
 * Memory is one chunk. For one thread.
 */
public final class RangeStream extends InputStream {
    private static final int CHUNK = 64 * 1024;

    private final InputStream whole;
    private final ByteRange range;
    private byte[] chunk = new byte[0];
    private int at;
    private long left;
    private boolean begun;
    private @Nullable IOException failure;

    public RangeStream(InputStream whole, ByteRange range) {
        this.whole = whole;
        this.range = range;
        this.left = range.length();
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
        if (at == chunk.length && !advance()) {
            return -1;
        }
        int count = Math.min(length, chunk.length - at);
        System.arraycopy(chunk, at, into, offset, count);
        at += count;
        return count;
    }

    private boolean advance() throws IOException {
        if (failure != null) {
            throw failure;
        }
        try {
            if (!begun) {
                begun = true;
                whole.skipNBytes(range.first());
                if (left == 0) {
                    drain();
                }
            }
            if (left == 0) {
                return false;
            }
            int wanted = (int) Math.min(CHUNK, left);
            byte[] next = whole.readNBytes(wanted);
            if (next.length < wanted) {
                throw wrongSize();
            }
            left -= wanted;
            if (left == 0) {
                drain();
            }
            chunk = next;
            at = 0;
            return true;
        } catch (EOFException e) {
            failure = wrongSize();
            throw failure;
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /** Reads on to the end, which is where whoever checks the whole finds that it is wrong. */
    private void drain() throws IOException {
        long rest = range.size() - range.first() - range.length();
        byte[] passed = new byte[CHUNK];
        for (int read = whole.read(passed); read >= 0; read = whole.read(passed)) {
            rest -= read;
        }
        if (rest != 0) {
            throw wrongSize();
        }
    }

    private IOException wrongSize() {
        return new IOException("not the " + range.size() + " bytes came that were promised");
    }

    @Override
    public void close() throws IOException {
        whole.close();
    }
}
