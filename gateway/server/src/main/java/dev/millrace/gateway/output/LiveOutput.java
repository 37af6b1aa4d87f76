package dev.millrace.gateway.output;

import dev.millrace.gateway.live.LogFollower;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pieces of live output in the form in which a reader gets them, a part at a time. Timestamps can make the output 26 times as long, if all
 * lines are empty, so they are added only to the part that the reader takes next. For one thread.
 */
public final class LiveOutput {
    /** Smallest size of a part, except of the last one. A part is at most twice as large. */
    private static final int PART = 32 * 1024;

    /** Number of bytes to which timestamps are added at once. It is so small that a part stays below twice {@link #PART}. */
    private static final int SLICE = 1024;

    private final Deque<LogFollower.Piece> pieces;
    private final @Nullable LineTimes times;
    private int taken;

    /** @param times puts timestamps before lines; null to leave the output unchanged */
    public LiveOutput(List<LogFollower.Piece> pieces, @Nullable LineTimes times) {
        this.pieces = new ArrayDeque<>(pieces);
        this.times = times;
    }

    /** Returns the next part, or an empty buffer at the end. */
    public Buffer next() {
        Buffer part = Buffer.buffer();
        while (part.length() < PART && !pieces.isEmpty()) {
            append(part, pieces.element());
        }
        return part;
    }

    private void append(Buffer part, LogFollower.Piece piece) {
        int length = Math.min(SLICE, piece.bytes().length() - taken);
        Buffer slice = piece.bytes().slice(taken, taken + length);
        if (times == null) {
            part.appendBuffer(slice);
        } else {
            part.appendBytes(times.stamped(slice.getBytes(), piece.atMs()));
        }
        taken += length;
        if (taken == piece.bytes().length()) {
            pieces.remove();
            taken = 0;
        }
    }
}
