package dev.millrace.platform.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.codec.EventCodec;
import java.util.Arrays;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a record that could not be processed: its key, headers and value, each up to a limit, its position in Kafka and the
 * reason. A dead letter always fits into a record, however large the original was. It also has the size and the hash of the whole value,
 * which show whether the value was cut.
 */
@SuppressWarnings("ArrayRecordComponent") // Short-lived, and never compared.
public record DeadLetter(String key, byte[] value, Headers headers) {
    private static final int MAX_VALUE_BYTES = EventCodec.MAX_EVENT_BYTES;
    private static final int MAX_HEADER_BYTES = 64 * 1024;
    private static final int MAX_KEY_CHARS = 1_000;
    private static final int MAX_REASON_CHARS = 2_000;

    public static DeadLetter of(
            String topic,
            int partition,
            long offset,
            @Nullable String key,
            byte @Nullable [] value,
            Headers original,
            String reason) {
        var headers = new RecordHeaders();
        int bytes = 0;
        for (Header header : original) {
            int size = header.key().length() + (header.value() == null ? 0 : header.value().length);
            if (bytes + size <= MAX_HEADER_BYTES) {
                headers.add(header);
                bytes += size;
            }
        }
        byte[] whole = value == null ? new byte[0] : value;
        add(headers, "topic", topic);
        add(headers, "partition", Integer.toString(partition));
        add(headers, "offset", Long.toString(offset));
        add(headers, "reason", cut(reason, MAX_REASON_CHARS));
        add(headers, "bytes", Integer.toString(whole.length));
        add(headers, "sha256", Digest.of(whole).hex());
        byte[] kept = whole.length <= MAX_VALUE_BYTES ? whole : Arrays.copyOf(whole, MAX_VALUE_BYTES);
        return new DeadLetter(cut(key == null ? "" : key, MAX_KEY_CHARS), kept, headers);
    }

    private static void add(Headers headers, String name, String value) {
        headers.add("millrace-dead-" + name, value.getBytes(UTF_8));
    }

    private static String cut(String text, int limit) {
        return text.length() <= limit ? text : text.substring(0, limit);
    }
}
