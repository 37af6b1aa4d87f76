package dev.millrace.platform.blob;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Compresses transfers when a sample says that this is worth it; archives and images are not. */
final class Compression {
    static final String ENCODING = "zstd";

    /** Faster than a network, and most of what higher levels come to. */
    static final int LEVEL = 1;

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

    /** Whether the file becomes notably smaller, as far as its beginning tells. */
    static boolean isWorthIt(Path file) throws IOException {
        if (Files.size(file) < SMALLEST_FILE) {
            return false;
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] sample = in.readNBytes(SAMPLE_BYTES);
            return isWorthIt(sample, sample.length);
        }
    }

    private static boolean isWorthIt(byte[] bytes, int length) {
        byte[] sample = length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
        return Zstd.compress(sample, LEVEL).length < WORTH_IT * length;
    }
}
