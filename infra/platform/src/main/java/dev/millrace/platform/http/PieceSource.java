package dev.millrace.platform.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A source for {@link PacedSender}, read piece by piece. Between two pieces other readers have their turn, so a piece takes a bounded
 * part of what the source has to read, also where most of that is not to be sent. For one thread at a time.
 */
public interface PieceSource extends Closeable {
    /**
     * Reads the next piece.
     *
     * @return at most {@code maxBytes} bytes; none when what was read is not to be sent and there is more to read; null at the end
     */
    byte @Nullable [] next(int maxBytes) throws IOException;

    /** A stream all of whose bytes are to be sent. */
    static PieceSource of(InputStream in) {
        return new PieceSource() {
            @Override
            public byte @Nullable [] next(int maxBytes) throws IOException {
                byte[] piece = in.readNBytes(maxBytes);
                return piece.length == 0 ? null : piece;
            }

            @Override
            public void close() throws IOException {
                in.close();
            }
        };
    }
}
