package dev.millrace.platform.blob;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What travels is compressed when a sample of it says that this is worth it; archives and images are not. */
final class Compression {
    static final String ENCODING = "zstd";

    /** Faster than a network, and most of what higher levels come to. */
    private static final int LEVEL = 1;

    private static final int SAMPLE_BYTES = 64 * 1024;
    private static final double WORTH_IT = 0.8;
    private static final long SMALLEST_FILE = 256 * 1024;

    private Compression() {}

    /** The bytes compressed, if they become notably fewer. */
    static Optional<byte[]> of(byte[] bytes) {
        if (!isWorthIt(bytes, Math.min(bytes.length, SAMPLE_BYTES))) {
            return Optional.empty();
        }
        return Optional.of(Zstd.compress(bytes, LEVEL));
    }

    /** A temporary file with the file's bytes compressed, which the caller deletes, if they become notably fewer. */
    static Optional<Path> of(Path file) throws IOException {
        if (Files.size(file) < SMALLEST_FILE) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] sample = in.readNBytes(SAMPLE_BYTES);
            if (!isWorthIt(sample, sample.length)) {
                return Optional.empty();
            }
            Path compressed = Files.createTempFile("millrace-upload", ".zst");
            try (OutputStream out = new ZstdOutputStream(Files.newOutputStream(compressed), LEVEL)) {
                out.write(sample);
                in.transferTo(out);
            } catch (IOException e) {
                Files.deleteIfExists(compressed);
                throw e;
            }
            return Optional.of(compressed);
        }
    }

    private static boolean isWorthIt(byte[] bytes, int length) {
        byte[] sample = length == bytes.length ? bytes : java.util.Arrays.copyOf(bytes, length);
        return Zstd.compress(sample, LEVEL).length < WORTH_IT * length;
    }
}
