package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import org.jspecify.annotations.Nullable;

/**
 * Refers to the output of one stream of one attempt. Short output, by default up to 4 KiB, is in the event itself and not in a blob.
 *
 * @param bytes size of the output that is kept
 * @param droppedBytes size of the output beyond the limit, which is not kept; the kept part then ends with a marker that says so
 * @param digest digest of the blob with the output; absent if the output is inline
 * @param inlineBase64 the output itself in Base64, if it is short; otherwise absent
 */
public record LogRef(long bytes, long droppedBytes, @Nullable Digest digest, @Nullable String inlineBase64) {
    public static final LogRef EMPTY = new LogRef(0, 0, null, "");
}
