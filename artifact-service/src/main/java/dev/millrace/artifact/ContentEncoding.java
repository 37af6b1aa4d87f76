package dev.millrace.artifact;

import com.github.luben.zstd.ZstdInputStream;
import dev.millrace.platform.http.HttpProblemException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a client may have compressed what it sends. Blobs are stored, hashed and limited as they are without. */
enum ContentEncoding {
    IDENTITY,
    ZSTD;

    /** @throws HttpProblemException when it is none that is known here */
    static ContentEncoding of(HttpServerRequest request) {
        @Nullable String name = request.getHeader("Content-Encoding");
        if (name == null || name.equals("identity")) {
            return IDENTITY;
        }
        if (name.equals("zstd")) {
            return ZSTD;
        }
        throw new HttpProblemException(
                415, "unknown-encoding", "the Content-Encoding '" + name + "' is not known; accepted: zstd, identity");
    }

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    InputStream decode(InputStream in) throws IOException {
        return this == ZSTD ? new Checked(new ZstdInputStream(in)) : in;
    }

    /** All of a small body. */
    Buffer decode(Buffer body, long maxBytes) {
        if (this == IDENTITY) {
            return body;
        }
        try (InputStream in = decode(new ByteArrayInputStream(body.getBytes()))) {
            byte[] decoded = in.readNBytes((int) maxBytes + 1);
            if (decoded.length > maxBytes) {
                throw new HttpProblemException(
                        413, "body-too-large", "the body has more than " + maxBytes + " bytes without its encoding");
            }
            return Buffer.buffer(decoded);
        } catch (IOException e) {
            throw damaged(e);
        }
    }

    private static HttpProblemException damaged(IOException cause) {
        return new HttpProblemException(
                400, "bad-encoding", "the body is not what its encoding says: " + cause.getMessage());
    }

    /** Bytes that are no such encoding are the client's fault, unlike a disk that cannot be read. */
    private static final class Checked extends InputStream {
        private final InputStream in;

        Checked(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int length) {
            try {
                return in.read(bytes, from, length);
            } catch (IOException e) {
                throw damaged(e);
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
