package dev.millrace.executor.output;

import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.OutputChunk;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The live tail of one stream. It publishes the output in pieces, each gathered for a tenth of a second, up to a number of bytes per
 * second. Output that exceeds this rate, or that {@code publish} does not take, is left out, and the next piece states its size. If a
 * stream ends early with little output, nothing is published, because the report contains this output. Thread-safe.
 */
public final class LiveTail {
    private static final int CHUNK = 16 * 1024;
    private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final AttemptKey attempt;
    private final String stream;
    private final long bytesPerSecond;
    private final int inlineBytes;
    private final Predicate<OutputChunk> publish;
    private final byte[] pending = new byte[CHUNK];
    private int pendingBytes;
    private long position;
    private long skipped;
    private boolean published;
    private double allowance;
    private long lastRefillNanos;
    private @Nullable Long oldestPendingNanos;
    private long oldestPendingAtMs;

    /** @param publish returns whether it took a piece; called under a lock that the task's threads need, so it must not block */
    public LiveTail(
            AttemptKey attempt,
            String stream,
            long bytesPerSecond,
            int inlineBytes,
            Predicate<OutputChunk> publish,
            long nowNanos) {
        this.attempt = attempt;
        this.stream = stream;
        this.bytesPerSecond = bytesPerSecond;
        this.inlineBytes = inlineBytes;
        this.publish = publish;
        this.allowance = (double) bytesPerSecond;
        this.lastRefillNanos = nowNanos;
    }

    String stream() {
        return stream;
    }

    synchronized void write(byte[] bytes, int length) {
        long now = System.nanoTime();
        refill(now);
        for (int from = 0; from < length; ) {
            int piece = Math.min(length - from, CHUNK - pendingBytes);
            if (piece > allowance) {
                flush();
                skipped += length - from;
                return;
            }
            System.arraycopy(bytes, from, pending, pendingBytes, piece);
            if (pendingBytes == 0) {
                oldestPendingNanos = now;
                oldestPendingAtMs = System.currentTimeMillis();
            }
            pendingBytes += piece;
            allowance -= piece;
            from += piece;
            if (pendingBytes == CHUNK) {
                flush();
            }
        }
        flushIfDue(now);
    }

    /** Publishes the gathered output if it is due. Must be called regularly, so that a piece does not wait for the next output. */
    public synchronized void flushIfDue(long nowNanos) {
        Long oldest = oldestPendingNanos;
        if (oldest != null && nowNanos - oldest >= GATHER_NANOS) {
            flush();
        }
    }

    private void refill(long now) {
        allowance =
                Math.min((double) bytesPerSecond, allowance + (double) (now - lastRefillNanos) / 1e9 * bytesPerSecond);
        lastRefillNanos = now;
    }

    private void flush() {
        if (pendingBytes == 0) {
            return;
        }
        String base64 = Base64.getEncoder().encodeToString(java.util.Arrays.copyOf(pending, pendingBytes));
        boolean taken = publish.test(new OutputChunk(
                attempt.taskId(),
                attempt.attempt(),
                attempt.epoch(),
                stream,
                oldestPendingAtMs,
                position + skipped,
                skipped,
                base64));
        if (taken) {
            position += skipped + pendingBytes;
            skipped = 0;
            published = true;
        } else {
            skipped += pendingBytes;
        }
        pendingBytes = 0;
        oldestPendingNanos = null;
    }

    synchronized void end() {
        if (published || pendingBytes > inlineBytes) {
            flush();
        }
    }
}
