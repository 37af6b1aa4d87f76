package dev.millrace.platform.blob;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The bytes of a file to be sent, as they are or compressed, from an offset on. Each try to send them reads the file anew; a stream
 * that a try left open is closed with this.
 */
final class UploadBody implements Closeable {
    private final Path file;
    private final boolean compressed;
    private final List<InputStream> opened = new CopyOnWriteArrayList<>();

    UploadBody(Path file, boolean compressed) {
        this.file = file;
        this.compressed = compressed;
    }

    boolean compressed() {
        return compressed;
    }

    /** @param offset into what is sent; at most its size */
    BodyPublisher from(long offset) throws IOException {
        if (compressed) {
            return BodyPublishers.ofInputStream(() -> open(offset));
        }
        long rest = Files.size(file) - offset;
        return rest <= 0
                ? BodyPublishers.noBody()
                : BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> open(offset)), rest);
    }

    private InputStream open(long offset) {
        try {
            InputStream plain = Files.newInputStream(file);
            InputStream in = compressed ? new CompressingStream(plain, Compression.LEVEL) : plain;
            opened.add(in);
            in.skipNBytes(offset);
            return in;
        } catch (EOFException e) {
            // The service has more than there is, of other bytes say, and refuses what this comes to.
            return InputStream.nullInputStream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        for (InputStream in : opened) {
            in.close();
        }
    }
}
