package dev.millrace.executor.output;

import dev.millrace.schemas.event.OutputPiece;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records when each piece of each stream came, one {@link OutputPiece} on each line, so that both streams can be shown in their original
 * order. Bytes of one stream that come within ten milliseconds, without bytes of the other in between, are one piece. After many pieces
 * this time is one second, and after very many the rest is not listed. Thread-safe.
 */
public final class OutputIndex {
    private static final Logger LOG = LoggerFactory.getLogger(OutputIndex.class);
    private static final long GATHER_MS = 10;
    private static final long GATHER_MS_WHEN_MANY = 1_000;
    private static final int MANY = 10_000;
    private static final int MOST = 50_000;

    /** The most bytes of an index. The largest number of pieces takes less, however large the numbers in them are. */
    public static final long MAX_BYTES = 8L << 20;

    private final Path file;
    private final Clock clock;
    private @Nullable OutputPiece last;
    private @Nullable Writer writer;
    private int pieces;
    private boolean failed;

    public OutputIndex(Path file, Clock clock) {
        this.file = file;
        this.clock = clock;
    }

    /** Records that {@code length} bytes of {@code stream} were kept, which begin at {@code offset}. */
    synchronized void kept(String stream, long offset, int length) {
        long now = clock.millis();
        OutputPiece before = last;
        long gatherMs = pieces < MANY ? GATHER_MS : GATHER_MS_WHEN_MANY;
        if (before != null && before.stream().equals(stream) && now - before.atMs() < gatherMs) {
            last = new OutputPiece(before.atMs(), stream, before.offset(), before.length() + length);
            return;
        }
        flush();
        last = new OutputPiece(now, stream, offset, length);
    }

    private void flush() {
        OutputPiece piece = last;
        if (piece == null || pieces == MOST || failed) {
            return;
        }
        try {
            Writer to = writer;
            if (to == null) {
                to = Files.newBufferedWriter(file, StandardCharsets.US_ASCII);
                writer = to;
            }
            to.write(piece.toLine());
            to.write('\n');
            pieces++;
        } catch (IOException e) {
            failed(e);
        }
    }

    private void failed(IOException cause) {
        failed = true;
        LOG.atWarn().addKeyValue("file", file).addKeyValue("cause", cause).log("the order of output is not kept");
    }

    /** Ends the index. Its file exists only if there was output. */
    public synchronized void close() {
        flush();
        last = null;
        try {
            if (writer != null) {
                writer.close();
            }
        } catch (IOException e) {
            failed(e);
        }
    }

    /** Returns the file, or null if there was no output or the index could not be written. */
    public synchronized @Nullable Path whole() {
        return failed || pieces == 0 ? null : file;
    }
}
