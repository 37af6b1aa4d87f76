package dev.millrace.platform.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies the deadlines of {@link ClientDeadlines} to the body of a response. A read fails if it gets no byte for too long, or if the whole
 * body takes too long. The JDK's own streams wait without limit. For one reader.
 */
public final class DeadlineStream extends FilterInputStream {
    private static final Logger LOG = LoggerFactory.getLogger(DeadlineStream.class);

    private final Duration stall;
    private final Duration overall;
    private final long startedNanos = System.nanoTime();

    /** When this is set, all later reads fail. It may be set just after a read that finished in time. */
    private volatile boolean closedLate;

    public DeadlineStream(InputStream in, ClientDeadlines deadlines) {
        super(in);
        this.stall = deadlines.stall();
        this.overall = deadlines.overall();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        long leftMs = overall.toMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
        if (leftMs <= 0) {
            throw new IOException("the answer took longer than " + overall.toSeconds() + " s");
        }
        // Only closing the stream from another thread wakes a reader that waits.
        var late = new CompletableFuture<Void>()
                .completeOnTimeout(null, Math.min(leftMs, stall.toMillis()), TimeUnit.MILLISECONDS);
        var closing = late.thenRun(this::closeLate);
        try {
            int read = in.read(into, offset, length);
            if (late.isDone()) {
                throw late(leftMs, null);
            }
            return read;
        } catch (IOException e) {
            throw closedLate || late.isDone() ? late(leftMs, e) : e;
        } finally {
            closing.cancel(false);
            late.cancel(false);
        }
    }

    private IOException late(long leftMs, @org.jspecify.annotations.Nullable IOException cause) {
        return new IOException(
                leftMs < stall.toMillis()
                        ? "the answer took longer than " + overall.toSeconds() + " s"
                        : "nothing came for " + stall.toSeconds() + " s",
                cause);
    }

    private void closeLate() {
        closedLate = true;
        try {
            in.close();
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("cause", e).log("a stalled download cannot be closed");
        }
    }
}
