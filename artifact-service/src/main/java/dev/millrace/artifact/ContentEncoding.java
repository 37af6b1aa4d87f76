package dev.millrace.artifact;

import com.github.luben.zstd.ZstdInputStream;
import dev.millrace.platform.http.Bodies;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a client may compress a body. Blobs are stored, hashed and limited in their uncompressed form. */
enum ContentEncoding {
    IDENTITY,
    ZSTD;

    private static final int CHUNK = 64 * 1024;

    /**
     * The highest ratio of decoded bytes to received bytes. Ordinary files stay below it. Files with almost no content, such as long runs
     * of zeros, may exceed it; they can be sent without an encoding.
     */
    private static final long MAX_RATIO = 1_000;

    /**
     * The largest window that the header of a body may ask for, as a power of two in bytes. The decoder allocates the window outside of the
     * heap. Compressors up to level 19 need no more, unless long-distance matching is switched on.
     */
    private static final int MAX_WINDOW_LOG = 23;

    /** A client may send this much without any encoding, so the ratio does not matter below it. */
    private static final long ANY_RATIO_BYTES = 1 << 20;

    /** @throws HttpProblemException when the encoding is not supported */
    static ContentEncoding of(HttpServerRequest request) {
        @Nullable String name = request.getHeader("Content-Encoding");
        if (name == null || name.equals("identity")) {
            return IDENTITY;
        }
        if (name.equals("zstd")) {
            return ZSTD;
        }
        throw new HttpProblemException(
                ProblemKind.UNKNOWN_ENCODING,
                "the Content-Encoding '" + name + "' is not known; accepted: zstd, identity");
    }

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    InputStream decode(InputStream in) throws IOException {
        if (this == IDENTITY) {
            return in;
        }
        var received = new Counted(in);
        var decoder = new ZstdInputStream(received);
        decoder.setLongMax(MAX_WINDOW_LOG);
        return new Checked(decoder, received);
    }

    /** Decodes the whole of a small body. The memory of the decoded bytes is accounted for while they are produced. */
    byte[] decode(byte[] body, long maxBytes, Bodies.Memory memory) {
        if (this == IDENTITY) {
            return body;
        }
        var decoded = new ByteArrayOutputStream();
        try (InputStream in = decode(new ByteArrayInputStream(body))) {
            byte[] chunk = new byte[CHUNK];
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                if (decoded.size() + read > maxBytes) {
                    throw new HttpProblemException(
                            ProblemKind.BODY_TOO_LARGE,
                            "the body has more than " + maxBytes + " bytes without its encoding");
                }
                memory.hold((long) decoded.size() + read);
                decoded.write(chunk, 0, read);
            }
        } catch (IOException e) {
            throw damaged(e);
        }
        return decoded.toByteArray();
    }

    private static HttpProblemException damaged(IOException cause) {
        return new HttpProblemException(
                ProblemKind.BAD_ENCODING, "the body is not what its encoding says: " + cause.getMessage());
    }

    /** Counts what was read of an encoded body, and tells its failures from those of the decoder. */
    private static final class Counted extends FilterInputStream {
        private long bytes;
        private boolean failed;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            try {
                int read = in.read(into, from, length);
                bytes += Math.max(read, 0);
                return read;
            } catch (IOException e) {
                failed = true;
                throw e;
            }
        }
    }

    /**
     * Reports bytes that cannot be decoded as a fault of the client. Does the same if the bytes decode to much more than was received,
     * since a small request must not cost as much as a large one.
     */
    private static final class Checked extends InputStream {
        private final InputStream in;
        private final Counted received;
        private long decoded;

        Checked(InputStream in, Counted received) {
            this.in = in;
            this.received = received;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            try {
                int read = in.read(bytes, from, length);
                decoded += Math.max(read, 0);
                if (decoded > ANY_RATIO_BYTES && decoded > MAX_RATIO * received.bytes) {
                    throw new HttpProblemException(
                            ProblemKind.COMPRESSION_RATIO,
                            "the body decodes to more than " + MAX_RATIO
                                    + " times its size; send it without a Content-Encoding");
                }
                return read;
            } catch (IOException e) {
                if (received.failed) {
                    throw e;
                }
                throw damaged(e);
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
