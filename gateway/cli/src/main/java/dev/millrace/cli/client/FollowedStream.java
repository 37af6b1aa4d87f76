package dev.millrace.cli.client;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The output of a running task, which may be silent for hours. Since silence proves nothing, a second thread regularly asks the server
 * whether it is still up; if it repeatedly does not answer, reading fails with an error. For one reading thread.
 */
final class FollowedStream extends FilterInputStream {
    private static final long ASK_EVERY_S = 15;
    private static final int MOST_UNANSWERED = 4;

    private final ScheduledExecutorService asking = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "is-the-gateway-there");
        thread.setDaemon(true);
        return thread;
    });
    private int unanswered;
    private volatile boolean gone;

    FollowedStream(InputStream in, BooleanSupplier isThere) {
        super(in);
        var unused = asking.scheduleWithFixedDelay(() -> ask(isThere), ASK_EVERY_S, ASK_EVERY_S, TimeUnit.SECONDS);
    }

    private void ask(BooleanSupplier isThere) {
        unanswered = isThere.getAsBoolean() ? 0 : unanswered + 1;
        if (unanswered >= MOST_UNANSWERED) {
            gone = true;
            try {
                in.close();
            } catch (IOException e) {
                // The reader fails at its next read, since gone is set.
                return;
            }
        }
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        try {
            int read = in.read(into, offset, length);
            if (!gone) {
                return read;
            }
        } catch (IOException e) {
            if (!gone) {
                throw e;
            }
        }
        throw new IOException("the gateway does not answer any more");
    }

    @Override
    public void close() throws IOException {
        asking.shutdownNow();
        super.close();
    }
}
