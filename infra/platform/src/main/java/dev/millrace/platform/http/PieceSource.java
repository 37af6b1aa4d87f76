package dev.millrace.platform.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A source for {@link PacedSender} that is read piece by piece. Between two pieces other readers have their turn. Therefore the work for
 * one piece is bounded, even if the source has to read many bytes that are not sent. For one thread at a time.
 */
public interface PieceSource extends Closeable {
    /**
     * Reads the next piece.
     *
     * @return at most {@code maxBytes} bytes; an empty array when this call read only bytes that are not to be sent; null at the end
     */
    byte @Nullable [] next(int maxBytes) throws IOException;

    /** Returns a source that sends all bytes of a stream. */
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
