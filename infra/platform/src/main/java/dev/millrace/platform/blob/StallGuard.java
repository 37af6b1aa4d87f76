package dev.millrace.platform.blob;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fails a read that gets nothing for a while, which the JDK's response streams would wait for without end. One reader. */
final class StallGuard extends FilterInputStream {
    private static final Logger LOG = LoggerFactory.getLogger(StallGuard.class);

    private final Duration limit;

    StallGuard(InputStream in, Duration limit) {
        super(in);
        this.limit = limit;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        // Closing the stream from outside is the one thing that wakes its reader.
        var stalled = new CompletableFuture<Void>().completeOnTimeout(null, limit.toMillis(), TimeUnit.MILLISECONDS);
        var closing = stalled.thenRun(this::closeStalled);
        try {
            int read = in.read(into, offset, length);
            if (stalled.isDone()) {
                throw new IOException("nothing came for " + limit.toSeconds() + " s");
            }
            return read;
        } finally {
            closing.cancel(false);
            stalled.cancel(false);
        }
    }

    private void closeStalled() {
        try {
            in.close();
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("cause", e).log("a stalled download cannot be closed");
        }
    }
}
