package dev.millrace.artifact;

import dev.millrace.platform.http.HttpProblemException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A single range of bytes of a representation, as the Range header asks for it (RFC 9110). */
record ByteRange(long offset, long length) {
    private static final Pattern FORM = Pattern.compile("bytes=([0-9]{0,18})-([0-9]{0,18})");

    /**
     * The part asked for, or null for the whole, which is also the answer to headers in other forms.
     *
     * @throws HttpProblemException 416 when the range lies outside
     */
    static @Nullable ByteRange parse(@Nullable String header, long size) {
        Matcher matcher = FORM.matcher(header == null ? "" : header);
        if (!matcher.matches()
                || (matcher.group(1).isEmpty() && matcher.group(2).isEmpty())) {
            return null;
        }
        long from;
        long to;
        if (matcher.group(1).isEmpty()) {
            from = Math.max(0, size - Long.parseLong(matcher.group(2)));
            to = size - 1;
        } else {
            from = Long.parseLong(matcher.group(1));
            to = matcher.group(2).isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(matcher.group(2)));
        }
        if (from > to || from >= size) {
            throw new HttpProblemException(416, "range-not-satisfiable", "the blob has " + size + " bytes");
        }
        return new ByteRange(from, to - from + 1);
    }
}
