package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import org.jspecify.annotations.Nullable;

/**
 * Where the output of one stream of one attempt is. Output of up to 4 KiB travels inside the event and has no object.
 *
 * @param bytes what is kept
 * @param droppedBytes what the task wrote beyond the limit; the kept part ends with a marker that says so
 * @param digest the blob, unless inline
 * @param inlineBase64 the bytes themselves, when there are few
 */
public record LogRef(long bytes, long droppedBytes, @Nullable Digest digest, @Nullable String inlineBase64) {
    public static final LogRef EMPTY = new LogRef(0, 0, null, "");
}
