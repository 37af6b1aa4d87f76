package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * A piece of live output. Live output is only a preview; the sealed log is authoritative.
 *
 * @param atMs wall-clock time of the executor when the first byte of the piece was read; absent in events of earlier versions
 * @param offset offset of the first byte of the piece in the stream
 * @param skippedBytes number of bytes left out before this piece because of the rate limit
 * @param base64 the bytes of the piece in Base64
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
