package dev.millrace.platform.blob;

import dev.millrace.platform.http.ByteRange;
import dev.millrace.platform.http.PieceSource;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A part of a stream. The whole stream is read for it: the last bytes of the part are returned only after the stream was read to its end
 * without an error and had the promised size. So a part of a {@link VerifiedStream} is as reliable as the whole blob. The bytes outside the
 * range are also read in small steps, so that other readers have their turn in between. Uses the memory of three chunks. For one thread at
 * a time.
 */
public final class RangeStream extends ChunkedStream implements PieceSource {
    private static final int CHUNK = 64 * 1024;

    private static final byte[] NOTHING = {};

    /**
     * About how many bytes outside the range one call of {@link #next} skips at most. This is as much work as a piece that is sent, so that
     * every reader's turn is equally long.
     */
    private static final int TURN_BYTES = CHUNK;

    private final InputStream whole;
    private final ByteRange range;
    private final byte[] passed = new byte[CHUNK];
    private byte[] last = new byte[0];
    private long passedOver;
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
    public byte @Nullable [] next(int maxBytes) throws IOException {
        // Most turns of a range far behind only pass over bytes, and need no memory for a piece.
        byte[] piece = NOTHING;
        int filled = 0;
        long turnEnds = passedOver + TURN_BYTES;
        while (filled < maxBytes && passedOver < turnEnds) {
            if (made() > 0) {
                piece = piece.length == 0 ? new byte[maxBytes] : piece;
                filled += read(piece, filled, maxBytes - filled);
            } else if (!advance()) {
                return filled == 0 ? null : Arrays.copyOf(piece, filled);
            }
        }
        return Arrays.copyOf(piece, filled);
    }

    /** Reads one chunk of the part, or of the bytes before or after it. */
    @Override
    boolean advance() throws IOException {
        if (failure != null) {
            throw failure;
        }
        try {
            if (before > 0) {
                int count = pass(Math.min(CHUNK, before));
                before -= count;
                passedOver += count;
            } else if (left > 0) {
                readPart((int) Math.min(CHUNK, left));
            } else if (!ended) {
                passedOver += readRest();
            } else {
                return false;
            }
            return true;
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

    /**
     * Reads the bytes behind the part up to the end of the stream, because a stream that checks its content reports damage only at its end.
     */
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

    private IOException wrongSize() {
        return new IOException("not the " + range.size() + " bytes came that were promised");
    }

    @Override
    public void close() throws IOException {
        whole.close();
    }
}
