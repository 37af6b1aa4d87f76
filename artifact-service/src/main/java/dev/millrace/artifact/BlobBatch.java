package dev.millrace.artifact;

import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.schemas.blob.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The body of a batch: for each blob a line {@code <sha256> <length>} and its bytes. */
final class BlobBatch {
    private static final int MAX_LINE = 90;
    private static final int MAX_BLOBS = 10_000;

    private BlobBatch() {}

    /** @throws HttpProblemException when the body does not have this form */
    static List<Blob> parse(byte[] body) {
        var entries = new ArrayList<Blob>();
        int at = 0;
        while (at < body.length) {
            if (entries.size() == MAX_BLOBS) {
                throw new HttpProblemException(
                        ProblemKind.BATCH_TOO_LARGE, "a batch has at most " + MAX_BLOBS + " blobs");
            }
            int end = at;
            while (end < body.length && end - at < MAX_LINE && body[end] != '\n') {
                end++;
            }
            String line = new String(body, at, end - at, StandardCharsets.US_ASCII);
            int space = line.indexOf(' ');
            if (space != 64
                    || end >= body.length
                    || !Digest.isDigest(line.substring(0, 64))
                    || !line.substring(65).matches("[0-9]{1,9}")) {
                throw malformed("expected '<sha256> <length>' at byte " + at);
            }
            int length = Integer.parseInt(line.substring(65));
            int from = end + 1;
            if (length > body.length - from) {
                throw malformed("the blob at byte " + from + " is cut off");
            }
            entries.add(new Blob(new Digest(line.substring(0, 64)), Arrays.copyOfRange(body, from, from + length)));
            at = from + length;
        }
        return entries;
    }

    private static HttpProblemException malformed(String detail) {
        return new HttpProblemException(ProblemKind.MALFORMED_BATCH, detail);
    }
}
