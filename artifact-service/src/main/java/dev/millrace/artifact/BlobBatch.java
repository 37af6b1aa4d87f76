package dev.millrace.artifact;

import dev.millrace.platform.http.HttpProblemException;
import dev.millrace.schemas.blob.Digest;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The body of a batch: for each blob a line {@code <sha256> <length>} and its bytes. */
final class BlobBatch {
    private static final int MAX_LINE = 90;
    private static final int MAX_BLOBS = 10_000;

    /** One blob with the digest it claims. */
    record Entry(Digest digest, Buffer bytes) {}

    private BlobBatch() {}

    /** @throws HttpProblemException when the body is not of that form */
    static List<Entry> parse(Buffer body) {
        var entries = new ArrayList<Entry>();
        int at = 0;
        while (at < body.length()) {
            if (entries.size() == MAX_BLOBS) {
                throw new HttpProblemException(413, "batch-too-large", "a batch has at most " + MAX_BLOBS + " blobs");
            }
            int end = at;
            while (end < body.length() && end - at < MAX_LINE && body.getByte(end) != '\n') {
                end++;
            }
            String line = body.getString(at, end, StandardCharsets.US_ASCII.name());
            int space = line.indexOf(' ');
            if (space != 64
                    || end >= body.length()
                    || !Digest.isDigest(line.substring(0, 64))
                    || !line.substring(65).matches("[0-9]{1,9}")) {
                throw malformed("expected '<sha256> <length>' at byte " + at);
            }
            int length = Integer.parseInt(line.substring(65));
            int from = end + 1;
            if (length > body.length() - from) {
                throw malformed("the blob at byte " + from + " is cut off");
            }
            entries.add(new Entry(new Digest(line.substring(0, 64)), body.slice(from, from + length)));
            at = from + length;
        }
        return entries;
    }

    private static HttpProblemException malformed(String detail) {
        return new HttpProblemException(400, "malformed-batch", detail);
    }
}
