package dev.millrace.platform.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.platform.http.ByteRange;
import dev.millrace.schemas.blob.Digest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VerifiedStreamTest {
    private static final int CHUNK = 64 * 1024;
    private static final int[] SIZES = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 17};

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static InputStream of(byte[] stored, Digest digest, long size) {
        return new VerifiedStream(new ByteArrayInputStream(stored), digest, size);
    }

    /** Asserts that a stream fails, and returns how many bytes its reader got before. */
    private static int gotBeforeFailure(InputStream in) {
        var got = new ByteArrayOutputStream();
        assertThatThrownBy(() -> in.transferTo(got)).isInstanceOf(CorruptBlobException.class);
        assertThatThrownBy(in::read).as("once failed, it stays so").isInstanceOf(CorruptBlobException.class);
        return got.size();
    }

    @Test
    void passesOnWhatIsRight() throws IOException {
        for (int size : SIZES) {
            byte[] content = bytes(size);

            byte[] got = of(content, Digest.of(content), size).readAllBytes();

            assertThat(got).isEqualTo(content);
        }
    }

    @Test
    void neverGivesOutTheEndOfWhatIsDamaged() {
        for (int size : SIZES) {
            for (int at : new int[] {0, size / 2, size - 1}) {
                if (at >= 0 && size > 0) {
                    byte[] content = bytes(size);
                    Digest digest = Digest.of(content);
                    content[at] ^= 1;

                    assertThat(gotBeforeFailure(of(content, digest, size))).isLessThan(size);
                }
            }
        }
    }

    @Test
    void neverEndsLikeAWholeBlobWhenItIsTruncated() {
        byte[] content = bytes(3 * CHUNK);
        Digest digest = Digest.of(content);
        for (int there : new int[] {0, 1, CHUNK, 2 * CHUNK, 3 * CHUNK - 1}) {
            assertThat(gotBeforeFailure(of(Arrays.copyOf(content, there), digest, content.length)))
                    .isLessThanOrEqualTo(there);
            assertThat(gotBeforeFailure(of(Arrays.copyOf(content, there), digest, -1)))
                    .isLessThanOrEqualTo(there);
        }
    }

    @Test
    void refusesAnotherSizeThanTheReferenceNames() {
        byte[] content = bytes(10);

        assertThatThrownBy(() -> of(content, Digest.of(content), 11).readAllBytes())
                .isInstanceOf(CorruptBlobException.class)
                .hasMessageContaining("10 bytes");
    }

    @Test
    void aRangeIsThatPart() throws IOException {
        for (int size : SIZES) {
            byte[] content = bytes(size);
            for (int first : new int[] {0, 1, size / 2, size}) {
                for (int length : new int[] {0, 1, CHUNK, size - first}) {
                    if (first + length <= size && length >= 0) {
                        var range = new ByteRange(first, length, size);

                        byte[] got = new RangeStream(of(content, Digest.of(content), size), range).readAllBytes();

                        assertThat(got).isEqualTo(Arrays.copyOfRange(content, first, first + length));
                    }
                }
            }
        }
    }

    @Test
    void aRangeIsNotGivenOutWholeWhenAnythingOutsideOfItIsDamaged() {
        byte[] content = bytes(4 * CHUNK);
        Digest digest = Digest.of(content);
        content[content.length - 1] ^= 1;
        var range = new ByteRange(CHUNK, 2 * CHUNK, content.length);

        int got = gotBeforeFailure(new RangeStream(of(content, digest, content.length), range));

        assertThat(got).isLessThan(2 * CHUNK);
    }

    @Test
    void aRangeOfAStreamOfAnotherSizeFails() {
        byte[] content = bytes(100);
        for (long size : new long[] {99, 101}) {
            var range = new ByteRange(0, size, size);

            assertThatThrownBy(() -> new RangeStream(new ByteArrayInputStream(content), range).readAllBytes())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("promised");
        }
    }

    @Test
    void aTurnOfARangeReadsABoundedPartOfTheWholeAndTheRangeComesOnceAllIsRead() throws IOException {
        byte[] content = bytes(10 << 20);
        var whole = new ByteArrayInputStream(content);
        var part = new RangeStream(
                new VerifiedStream(whole, Digest.of(content), content.length),
                new ByteRange(3 << 20, 10, content.length));
        int turns = 0;

        int before = whole.available();
        byte[] piece = part.next(CHUNK);
        while (piece != null && piece.length == 0) {
            assertThat(before - whole.available())
                    .as("bytes read in one turn, no more than one that is sent takes, but for what is read ahead")
                    .isNotNegative()
                    .isLessThanOrEqualTo(4 * CHUNK);
            turns++;
            before = whole.available();
            piece = part.next(CHUNK);
        }

        assertThat(turns).isGreaterThanOrEqualTo((10 << 20) / CHUNK - 4);
        assertThat(whole.available()).isZero();
        assertThat(piece).isEqualTo(Arrays.copyOfRange(content, 3 << 20, (3 << 20) + 10));
        assertThat(part.next(CHUNK)).isNull();
    }

    @Test
    void aRangeByPiecesIsThatPartAndNothingOfItsEndWhenTheWholeIsDamaged() throws IOException {
        byte[] content = bytes(3 << 20);
        Digest digest = Digest.of(content);
        var range = new ByteRange(CHUNK + 1, 2 << 20, content.length);
        assertThat(pieces(new RangeStream(of(content, digest, content.length), range)))
                .isEqualTo(Arrays.copyOfRange(content, CHUNK + 1, CHUNK + 1 + (2 << 20)));
        content[content.length - 1] ^= 1;
        var got = new ByteArrayOutputStream();

        assertThatThrownBy(() -> pieces(new RangeStream(of(content, digest, content.length), range), got))
                .isInstanceOf(CorruptBlobException.class);

        assertThat(got.size()).isLessThan(2 << 20);
    }

    private static byte[] pieces(RangeStream part) throws IOException {
        var got = new ByteArrayOutputStream();
        pieces(part, got);
        return got.toByteArray();
    }

    private static void pieces(RangeStream part, ByteArrayOutputStream got) throws IOException {
        for (byte[] piece = part.next(CHUNK); piece != null; piece = part.next(CHUNK)) {
            got.writeBytes(piece);
        }
    }
}
