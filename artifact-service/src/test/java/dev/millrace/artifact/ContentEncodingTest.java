package dev.millrace.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ContentEncodingTest {
    private static final int MOST = 16 << 20;

    @Test
    void refusesABodyThatDecodesToMoreThanAThousandTimesItsSize() throws IOException {
        byte[] dense = Zstd.compress(new byte[MOST]);
        try (InputStream in = ContentEncoding.ZSTD.decode(new ByteArrayInputStream(dense))) {
            assertThatThrownBy(in::readAllBytes)
                    .isInstanceOf(HttpProblemException.class)
                    .extracting(it -> ((HttpProblemException) it).kind())
                    .isEqualTo(ProblemKind.COMPRESSION_RATIO);
        }
    }

    /**
     * The decoder would allocate the window that the header of the body asks for outside of the heap, for each body that is decoded at the
     * same time.
     */
    @Test
    void refusesABodyThatAsksForALargeWindow() throws IOException {
        byte[] plain = new byte[MOST];
        new Random(1).nextBytes(plain);
        try (InputStream in = ContentEncoding.ZSTD.decode(new ByteArrayInputStream(compressed(plain, 27)))) {
            assertThatThrownBy(in::readAllBytes)
                    .isInstanceOf(HttpProblemException.class)
                    .extracting(it -> ((HttpProblemException) it).kind())
                    .isEqualTo(ProblemKind.BAD_ENCODING);
        }
        try (InputStream in = ContentEncoding.ZSTD.decode(new ByteArrayInputStream(compressed(plain, 23)))) {
            assertThat(in.readAllBytes()).isEqualTo(plain);
        }
    }

    /** If the client were blamed, the upload would be deleted as one that can never be stored. */
    @Test
    void doesNotBlameTheClientForAnEncodedBodyThatCannotBeRead() throws IOException {
        byte[] plain = new byte[MOST];
        new Random(1).nextBytes(plain);
        var half = new ByteArrayInputStream(compressed(plain, 23), 0, MOST / 2);
        var failing = new FilterInputStream(half) {
            @Override
            public int read(byte[] into, int from, int length) throws IOException {
                int read = super.read(into, from, length);
                if (read < 0) {
                    throw new IOException("the disk failed");
                }
                return read;
            }
        };

        try (InputStream in = ContentEncoding.ZSTD.decode(failing)) {
            assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class).hasMessage("the disk failed");
        }
    }

    private static byte[] compressed(byte[] plain, int windowLog) throws IOException {
        var compressed = new ByteArrayOutputStream();
        try (var out = new ZstdOutputStream(compressed)) {
            out.setLong(windowLog);
            out.write(plain);
        }
        return compressed.toByteArray();
    }

    @Test
    void takesALittleOfWhateverRatio() throws IOException {
        byte[] dense = Zstd.compress(new byte[1 << 20]);
        try (InputStream in = ContentEncoding.ZSTD.decode(new ByteArrayInputStream(dense))) {
            assertThat(in.readAllBytes()).hasSize(1 << 20);
        }
    }

    @Test
    void accountsForWhatABodyDecodesToAsItComes() {
        byte[] plain = new byte[300_000];
        new Random(1).nextBytes(plain);
        List<Long> held = new ArrayList<>();

        byte[] decoded = ContentEncoding.ZSTD.decode(Zstd.compress(plain), MOST, held::add);

        assertThat(decoded).isEqualTo(plain);
        assertThat(held).isSorted().last().isEqualTo(300_000L);
        assertThatThrownBy(() -> ContentEncoding.ZSTD.decode(Zstd.compress(plain), 299_999, held::add))
                .hasMessageContaining("299999");
    }
}
