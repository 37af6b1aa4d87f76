package dev.millrace.platform.blob;

import dev.millrace.platform.http.ByteRange;
import dev.millrace.platform.http.PieceSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A part of a stream, which costs reading all of it: the last bytes of the part are given out only after the stream was read to
 * its end without an error and had the size that was promised. Over a {@link VerifiedStream} a part is so as sure as the whole.
 * The part before the range is read in turns, too. Memory is three chunks. For one thread at a time.
 */
public final class RangeStream extends InputStream implements PieceSource {
    private static final int CHUNK = 64 * 1024;

    /** Passed over for one piece: as much work as a piece that is sent, so that all readers have the same in their turn. */
    private static final int TURN_BYTES = CHUNK;

    private final InputStream whole;
    private final ByteRange range;
    private final byte[] passed = new byte[CHUNK];
    private byte[] chunk = new byte[0];
    private byte[] last = new byte[0];
    private int at;
    private long before;
    private long left;
    private long after;
    private boolean ended;
    private @Nullable IOException failure;

    public RangeStream(InputStream whole, ByteRange range) {
        this.whole = whole;
        this.range = range;
        this.before = range.first();
        this.left = range.length();
        this.after = range.size() - range.first() - range.length();
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
        while (at == chunk.length) {
            if (ended) {
                return -1;
            }
            advance();
        }
        int count = Math.min(length, chunk.length - at);
        System.arraycopy(chunk, at, into, offset, count);
        at += count;
        return count;
    }

    @Override
    public byte @Nullable [] next(int maxBytes) throws IOException {
        var piece = new ByteArrayOutputStream(Math.min(maxBytes, CHUNK));
        int passedOver = 0;
        while (piece.size() < maxBytes && passedOver < TURN_BYTES) {
            if (at < chunk.length) {
                int count = Math.min(maxBytes - piece.size(), chunk.length - at);
                piece.write(chunk, at, count);
                at += count;
            } else if (ended) {
                return piece.size() == 0 ? null : piece.toByteArray();
            } else {
                passedOver += advance();
            }
        }
        return piece.toByteArray();
    }

    /** Reads one chunk, of the part or beside it, and returns how many bytes were passed over. */
    private int advance() throws IOException {
        if (failure != null) {
            throw failure;
        }
        try {
            if (before > 0) {
                int count = pass(Math.min(CHUNK, before));
                before -= count;
                return count;
            }
            if (left > 0) {
                readPart((int) Math.min(CHUNK, left));
                return 0;
            }
            return readRest();
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    private int pass(long wanted) throws IOException {
        int count = whole.read(passed, 0, (int) wanted);
        if (count < 0) {
            throw wrongSize();
        }
        return count;
    }

    private void readPart(int wanted) throws IOException {
        byte[] next = whole.readNBytes(wanted);
        if (next.length < wanted) {
            throw wrongSize();
        }
        left -= wanted;
        if (left > 0) {
            give(next);
        } else {
            last = next;
        }
    }

    /** Reads on to the end, which is where whoever checks the whole finds that it is wrong. */
    private int readRest() throws IOException {
        int count = whole.read(passed);
        if (count < 0) {
            if (after > 0) {
                throw wrongSize();
            }
            ended = true;
            give(last);
            return 0;
        }
        after -= count;
        if (after < 0) {
            throw wrongSize();
        }
        return count;
    }

    private void give(byte[] next) {
        chunk = next;
        at = 0;
    }

    private IOException wrongSize() {
        return new IOException("not the " + range.size() + " bytes came that were promised");
    }

    @Override
    public void close() throws IOException {
        whole.close();
    }
}
