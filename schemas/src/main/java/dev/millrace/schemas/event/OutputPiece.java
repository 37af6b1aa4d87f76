package dev.millrace.schemas.event;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of the index of an attempt's output: the time at which a piece of a stream was read. There are no gaps between the pieces of one
 * stream.
 *
 * @param atMs wall-clock time of the executor when the first byte of the piece was read
 * @param stream {@code stdout} or {@code stderr}
 * @param offset offset of the first byte of the piece in the stream
 */
public record OutputPiece(long atMs, String stream, long offset, long length) {
    private static final Pattern LINE = Pattern.compile(
            "\\{\"atMs\":(\\d{1,18}),\"stream\":\"(stdout|stderr)\",\"offset\":(\\d{1,18}),\"length\":(\\d{1,18})}");

    /** Returns the piece as JSON, always with the same order of fields and the same spacing, so that {@link #parse} can use a pattern. */
    public String toLine() {
        return "{\"atMs\":" + atMs + ",\"stream\":\"" + stream + "\",\"offset\":" + offset + ",\"length\":" + length
                + "}";
    }

    /** Parses a line of the index; returns nothing if {@code line} is not such a line. */
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
