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
 * Writes down which piece of which stream came when, a {@link OutputPiece} a line, so that both can be read as the one output
 * they were. Bytes that a stream brings within ten milliseconds without the other are one piece, after many pieces within a second,
 * and after very many the rest is not listed. Thread-safe.
 */
public final class OutputIndex {
    private static final Logger LOG = LoggerFactory.getLogger(OutputIndex.class);
    private static final long GATHER_MS = 10;
    private static final long GATHER_MS_WHEN_MANY = 1_000;
    private static final int MANY = 10_000;
    private static final int MOST = 50_000;

    /** More than so many pieces take, however large their numbers. */
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

    /** Bytes from {@code offset} on were kept of {@code stream}. */
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

    /** Ends the index; its file is there if there was output. */
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

    /** The file, or null if nothing was written or it could not be kept. */
    public synchronized @Nullable Path whole() {
        return failed || pieces == 0 ? null : file;
    }
}
