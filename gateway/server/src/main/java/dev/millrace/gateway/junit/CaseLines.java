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
 * The lines of a file of case results from one position to another, one at a time. A line that is no JSON object, or longer than a result
 * can be, is passed over as the executor passed over it. For one thread.
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

    /** The next line, which says nothing if it is passed over; null at the end. */
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

    /** Where the line that {@link #next} returned last begins. */
    long lineStart() {
        return lineStart;
    }

    /** Where the next line begins. */
    long position() {
        return position;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
