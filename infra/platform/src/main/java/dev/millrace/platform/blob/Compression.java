package dev.millrace.platform.blob;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Compresses transfers if a sample becomes notably smaller. Archives and images usually do not, since they are compressed already. */
final class Compression {
    static final String ENCODING = "zstd";

    /** The compression level. It compresses faster than a network transfers the bytes, and saves nearly as many bytes as higher levels. */
    static final int LEVEL = 1;

    private static final int SAMPLE_BYTES = 64 * 1024;
    private static final double WORTH_IT = 0.8;
    private static final long SMALLEST_FILE = 256 * 1024;

    private Compression() {}

    /** Returns the compressed bytes; empty if a sample of the bytes does not become notably smaller. */
    static Optional<byte[]> of(byte[] bytes) {
        if (!isWorthIt(bytes, Math.min(bytes.length, SAMPLE_BYTES))) {
            return Optional.empty();
        }
        return Optional.of(Zstd.compress(bytes, LEVEL));
    }

    /** Returns whether the file is large enough and its beginning becomes notably smaller when it is compressed. */
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
