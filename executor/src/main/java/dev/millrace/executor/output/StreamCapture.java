package dev.millrace.executor.output;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one stream of a task to its end, however long it is. The first bytes, up to a limit, are written to a file. A live tail is
 * published for people who watch. The rest is only counted. After a task was asked where it hangs, a little more is kept. Uses the memory
 * of one buffer. Runs on its own thread; the counters may be read from others.
 */
public final class StreamCapture implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(StreamCapture.class);
    private static final int BUFFER = 32 * 1024;

    /**
     * How many dropped bytes are read between two pauses of one millisecond, so that at most about 200 MiB per second are read only to be
     * dropped.
     */
    private static final long UNHURRIED_BYTES = 256 * 1024;

    private final InputStream from;
    private final Path file;
    private final long limit;
    private final LiveTail tail;
    private final OutputIndex index;
    private final Runnable onOutput;
    /** How much more is kept after a task was asked where it hangs. */
    private static final int LAST_WORDS_BYTES = 1 << 20;

    private final AtomicLong kept = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private volatile boolean failed;
    private volatile boolean asked;
    private long droppedBeforeGap;

    /** @param onOutput called after each read that brought something, for the silence timeout */
    public StreamCapture(InputStream from, Path file, long limit, LiveTail tail, OutputIndex index, Runnable onOutput) {
        this.from = from;
        this.file = file;
        this.limit = limit;
        this.tail = tail;
        this.index = index;
        this.onOutput = onOutput;
    }

    @Override
    public void run() {
        try (Kept out = new Kept()) {
            copy(out);
            long more = dropped.get() - droppedBeforeGap;
            if (more > 0) {
                mark(out, "the output was cut here; " + more + " bytes more were dropped");
            }
        } catch (IOException e) {
            fail(e);
        } finally {
            tail.end();
        }
    }

    private void mark(Kept out, String what) {
        byte[] marker = ("\n[millrace: " + what + "]\n").getBytes(StandardCharsets.UTF_8);
        keep(out, marker, marker.length);
    }

    /** Keeps a little more output from now on, even beyond the limit, for the report of a task that hangs. Thread-safe. */
    public void keepLastWords() {
        asked = true;
    }

    /** The file for the kept output. It is created with the first byte, because most tasks write nothing to one of their streams. */
    private final class Kept implements Closeable {
        private @Nullable OutputStream out;

        void write(byte[] bytes, int length) throws IOException {
            OutputStream to = out;
            if (to == null) {
                to = Files.newOutputStream(file);
                out = to;
            }
            to.write(bytes, 0, length);
        }

        @Override
        public void close() throws IOException {
            if (out != null) {
                out.close();
            }
        }
    }

    private void fail(IOException cause) {
        if (!failed) {
            failed = true;
            LOG.atWarn().addKeyValue("file", file).addKeyValue("cause", cause).log("output could not be kept whole");
        }
    }

    /**
     * Returns whether the stream contained this ASCII text, or may have contained it in the part that was dropped. Must be called after the
     * end of the stream; reads the whole file.
     */
    public boolean mayContain(String text) throws IOException {
        if (dropped.get() > 0) {
            return true;
        }
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > kept.get()) {
            // Without a sandbox the task may have put anything in its place, of any size.
            return true;
        }
        String before = "";
        try (InputStream in = Files.newInputStream(file)) {
            for (byte[] piece = in.readNBytes(BUFFER); piece.length > 0; piece = in.readNBytes(BUFFER)) {
                String window = before + new String(piece, StandardCharsets.ISO_8859_1);
                if (window.contains(text)) {
                    return true;
                }
                before = window.substring(Math.max(0, window.length() - text.length()));
            }
        }
        return false;
    }

    /**
     * Writes output to the file and returns whether that worked. After the file has failed, for example because the disk is full, further
     * output is still read and counted as dropped.
     */
    private boolean keep(Kept out, byte[] bytes, int length) {
        if (failed) {
            return false;
        }
        try {
            out.write(bytes, length);
            index.kept(tail.stream(), kept.getAndAdd(length), length);
            return true;
        } catch (IOException e) {
            fail(e);
            return false;
        }
    }

    private void copy(Kept out) {
        byte[] buffer = new byte[BUFFER];
        while (true) {
            int read;
            try {
                read = from.read(buffer);
            } catch (IOException e) {
                // The stream was closed on purpose after the process was gone.
                return;
            }
            if (read < 0) {
                return;
            }
            onOutput.run();
            boolean last = asked;
            if (last && droppedBeforeGap == 0 && dropped.get() > 0) {
                droppedBeforeGap = dropped.get();
                mark(out, droppedBeforeGap + " bytes were dropped here; the task was asked where it hangs");
            }
            int room = (int) Math.min(read, limit + (last ? LAST_WORDS_BYTES : 0) - kept.get());
            int wrote = room > 0 && keep(out, buffer, room) ? room : 0;
            long before = dropped.getAndAdd(read - wrote);
            tail.write(buffer, read);
            if (dropped.get() / UNHURRIED_BYTES > before / UNHURRIED_BYTES) {
                breathe();
            }
        }
    }

    /** Pauses, so that a task whose output is dropped cannot keep a processor of the executor busy with reading it. */
    private static void breathe() {
        try {
            TimeUnit.MILLISECONDS.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public long keptBytes() {
        return kept.get();
    }

    public long droppedBytes() {
        return dropped.get();
    }

    /** Returns whether the file is incomplete because it could not be written. */
    public boolean failed() {
        return failed;
    }

    public Path file() {
        return file;
    }
}
