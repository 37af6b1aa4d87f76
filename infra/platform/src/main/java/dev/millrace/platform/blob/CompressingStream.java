package dev.millrace.platform.blob;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Compresses the bytes of a stream while they are read, so that no compressed copy is written to a disk. The same input always gives the
 * same output, so an interrupted upload can continue in the middle of the compressed bytes. Uses the memory of a few chunks. For one
 * thread.
 */
final class CompressingStream extends ChunkedStream {
    private static final int CHUNK = 64 * 1024;

    private final InputStream in;
    private final ByteArrayOutputStream compressed = new ByteArrayOutputStream(CHUNK);
    private final ZstdOutputStream zstd;
    private final byte[] chunk = new byte[CHUNK];
    private boolean ended;

    CompressingStream(InputStream in, int level) throws IOException {
        this.in = in;
        this.zstd = new ZstdOutputStream(compressed, level);
    }

    @Override
    boolean advance() throws IOException {
        if (ended) {
            return false;
        }
        int read = in.readNBytes(chunk, 0, CHUNK);
        if (read == 0) {
            zstd.close();
            ended = true;
        } else {
            zstd.write(chunk, 0, read);
        }
        give(compressed.toByteArray());
        compressed.reset();
        return true;
    }

    @Override
    public void close() throws IOException {
        zstd.close();
        in.close();
    }
}
