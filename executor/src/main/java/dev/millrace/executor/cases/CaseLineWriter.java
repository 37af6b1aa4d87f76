package dev.millrace.executor.cases;

import dev.millrace.schemas.event.CaseLine;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Writes the case lines that are kept, and counts those that are not. For one thread. */
final class CaseLineWriter implements Closeable {
    private final OutputStream out;
    private final CaseLimits limits;
    private long bytes;
    private long leftOut;
    private int cases;

    CaseLineWriter(Path file, CaseLimits limits) throws IOException {
        this.out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
        this.limits = limits;
    }

    /**
     * Writes a case line if it is within the limits. The length is checked again here, because a line that was not valid UTF-8 has become
     * longer, and readers skip lines that are too long.
     */
    void take(String line) throws IOException {
        byte[] text = (line + "\n").getBytes(StandardCharsets.UTF_8);
        if (cases < limits.cases()
                && bytes + text.length <= limits.bytes()
                && text.length - 1 <= CaseLineReader.MAX_LINE_BYTES) {
            cases++;
            bytes += text.length;
            out.write(text);
        } else {
            leftOut++;
        }
    }

    /** Writes a line that is kept regardless of the limits. */
    void add(String line) throws IOException {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Writes into the file that results are missing, so that a reader who has only the file knows that it is not complete. */
    void addLeftOut(long lines) throws IOException {
        if (lines > 0) {
            add(CaseLine.leftOut(lines));
        }
    }

    /** Writes into the file that its cases do not explain how the runner ended. */
    void addSettlesNothing(Optional<String> reason) throws IOException {
        if (reason.isPresent()) {
            add(CaseLine.settlesNothing(reason.get()));
        }
    }

    long leftOut() {
        return leftOut;
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
