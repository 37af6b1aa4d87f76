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
 * The body of an upload: the bytes of a file, compressed or as they are, from an offset on. Each attempt to send the body reads the file
 * again. Closing this object closes the streams that earlier attempts left open.
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

    /** @param offset where to start in the bytes that are sent, which may be the compressed ones */
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
            // The service already has more bytes than this body, so they belong to another upload. The body is then
            // empty, and the service refuses the result.
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
