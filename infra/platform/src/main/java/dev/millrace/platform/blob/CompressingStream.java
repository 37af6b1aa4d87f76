package dev.millrace.platform.blob;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes of a stream compressed as they are read, so that nothing compressed lies on a disk. The same bytes give the same
 * result each time, so an upload can go on in the middle of it. Memory is a few chunks. For one thread.
 */
final class CompressingStream extends InputStream {
    private static final int CHUNK = 64 * 1024;

    private final InputStream in;
    private final ByteArrayOutputStream compressed = new ByteArrayOutputStream(CHUNK);
    private final ZstdOutputStream zstd;
    private final byte[] chunk = new byte[CHUNK];
    private byte[] ready = new byte[0];
    private int at;
    private boolean ended;

    CompressingStream(InputStream in, int level) throws IOException {
        this.in = in;
        this.zstd = new ZstdOutputStream(compressed, level);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (at == ready.length) {
            if (ended) {
                return -1;
            }
            compressMore();
        }
        int count = Math.min(length, ready.length - at);
        System.arraycopy(ready, at, into, offset, count);
        at += count;
        return count;
    }

    private void compressMore() throws IOException {
        int read = in.readNBytes(chunk, 0, CHUNK);
        if (read == 0) {
            zstd.close();
            ended = true;
        } else {
            zstd.write(chunk, 0, read);
        }
        ready = compressed.toByteArray();
        compressed.reset();
        at = 0;
    }

    @Override
    public void close() throws IOException {
        zstd.close();
        in.close();
    }
}
