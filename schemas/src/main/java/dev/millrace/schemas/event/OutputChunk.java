package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * A piece of live output. A tail only: the sealed log is authoritative.
 *
 * @param atMs wall time of the executor when its first byte was read; absent from executors of before there was one
 * @param offset of the first byte in the stream
 * @param skippedBytes bytes left out before this piece to keep within the rate
 * @param base64 the bytes
 */
public record OutputChunk(
        String taskId,
        int attempt,
        Epoch epoch,
        String stream,
        @Nullable Long atMs,
        long offset,
        long skippedBytes,
        String base64)
        implements Event {
    @Override
    public String key() {
        return new AttemptKey(taskId, attempt, epoch).text();
    }
}
