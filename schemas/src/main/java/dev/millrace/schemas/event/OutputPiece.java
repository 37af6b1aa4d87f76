package dev.millrace.schemas.event;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of the index of an attempt's output: what came when. The pieces of one stream follow each other without a gap.
 *
 * @param atMs wall time of the executor when its first byte was read
 * @param stream {@code stdout} or {@code stderr}
 * @param offset of the first byte in the stream
 */
public record OutputPiece(long atMs, String stream, long offset, long length) {
    private static final Pattern LINE = Pattern.compile(
            "\\{\"atMs\":(\\d{1,18}),\"stream\":\"(stdout|stderr)\",\"offset\":(\\d{1,18}),\"length\":(\\d{1,18})}");

    /** As JSON, always with exactly this order of fields and this spacing, so that {@link #parse} can use a pattern. */
    public String toLine() {
        return "{\"atMs\":" + atMs + ",\"stream\":\"" + stream + "\",\"offset\":" + offset + ",\"length\":" + length
                + "}";
    }

    /** The piece that a line stands for; nothing if it is no such line. */
    public static Optional<OutputPiece> parse(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(new OutputPiece(
                Long.parseLong(matcher.group(1)),
                matcher.group(2),
                Long.parseLong(matcher.group(3)),
                Long.parseLong(matcher.group(4))));
    }
}
