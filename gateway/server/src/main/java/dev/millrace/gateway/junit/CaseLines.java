package dev.millrace.gateway.junit;

import dev.millrace.schemas.event.CaseLine;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines of a file of case results between two positions, one at a time. A line that is not a JSON object, or is longer than a
 * result can be, is ignored, as the executor ignored it. For use by one thread.
 */
final class CaseLines implements Closeable {
    private static final int MAX_LINE_BYTES = 1 << 20;

    private final InputStream in;
    private final long end;
    private long position;
    private long lineStart;

    CaseLines(Path file, long start, long end) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        channel.position(start);
        this.in = new BufferedInputStream(Channels.newInputStream(channel));
        this.position = start;
        this.end = end;
    }

    /** Returns the next line, an empty one ({@link CaseLine#nothing}) if the line is ignored, or null at the end. */
    @Nullable
    CaseLine next() throws IOException {
        lineStart = position;
        if (position >= end) {
            return null;
        }
        var line = new ByteArrayOutputStream(256);
        boolean tooLong = false;
        int value = in.read();
        for (; value >= 0 && value != '\n'; value = in.read()) {
            position++;
            tooLong |= line.size() >= MAX_LINE_BYTES;
            if (!tooLong) {
                line.write(value);
            }
        }
        position = value < 0 ? end : position + 1;
        return tooLong ? CaseLine.nothing() : CaseLine.parse(line.toByteArray());
    }

    /** Returns the position of the beginning of the line that {@link #next} returned last. */
    long lineStart() {
        return lineStart;
    }

    /** Returns the position of the beginning of the next line. */
    long position() {
        return position;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
