package dev.millrace.platform.http;

import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The range of bytes that a request asks for (RFC 9110). Only a single range is supported. If the header has several ranges or is not a
 * valid range, the answer is the whole content, as HTTP allows.
 *
 * @param first index of the first byte of the range
 * @param length number of bytes in the range
 * @param size number of bytes of the whole content
 */
public record ByteRange(long first, long length, long size) {
    private static final Pattern FORM = Pattern.compile("bytes=([0-9]{0,18})-([0-9]{0,18})");

    /** @throws HttpProblemException with status 416 when the range begins behind the last byte */
    public static ByteRange of(@Nullable String header, long size) {
        Matcher form = FORM.matcher(header == null ? "" : header);
        if (!form.matches() || form.group(0).equals("bytes=-")) {
            return new ByteRange(0, size, size);
        }
        String from = form.group(1);
        String to = form.group(2);
        if (from.isEmpty()) {
            long length = Math.min(size, Long.parseLong(to));
            return satisfiable(new ByteRange(size - length, length, size));
        }
        long first = Long.parseLong(from);
        long last = to.isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(to));
        if (!to.isEmpty() && Long.parseLong(to) < first) {
            return new ByteRange(0, size, size);
        }
        return satisfiable(new ByteRange(first, last - first + 1, size));
    }

    private static ByteRange satisfiable(ByteRange range) {
        if (range.size == 0 && range.first == 0) {
            return new ByteRange(0, 0, 0);
        }
        if (range.first >= range.size) {
            throw new HttpProblemException(ProblemKind.RANGE_NOT_SATISFIABLE, "there are " + range.size + " bytes");
        }
        return range;
    }

    public boolean isPart() {
        return length < size;
    }

    public String contentRange() {
        return "bytes " + first + "-" + (first + length - 1) + "/" + size;
    }
}
