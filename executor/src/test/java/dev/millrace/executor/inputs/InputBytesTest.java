package dev.millrace.executor.inputs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.blob.TreeEntry;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class InputBytesTest {
    private static final Digest ONE = Digest.of(new byte[] {1});
    private static final Digest TWO = Digest.of(new byte[] {2});

    /** One content of two blocks in three files, two of them executable, and another content of one block in an executable file. */
    private static final Tree TREE = new Tree(List.of(
            new TreeEntry("a", ONE, 5_000, false),
            new TreeEntry("b", ONE, 5_000, true),
            new TreeEntry("c", ONE, 5_000, true),
            new TreeEntry("d", TWO, 4_096, true)));

    @Test
    void inLinkedTreeShouldCountEachContentAndItsExecutableCopyOnce() throws IOException {
        assertThat(InputBytes.of(InputTree.of(TREE), true, InputBytes.NOTHING)).containsExactly(8_192, 8_192, 0, 8_192);
    }

    @Test
    void inCopiedTreeShouldCountEachContentAndEveryFile() throws IOException {
        assertThat(InputBytes.of(InputTree.of(TREE), false, InputBytes.NOTHING))
                .containsExactly(16_384, 8_192, 8_192, 8_192);
    }

    @Test
    void inWhatIsThereShouldCountOnlyWhatComes() throws IOException {
        assertThat(InputBytes.of(InputTree.of(TREE), true, (digest, executable) -> digest.equals(ONE) && !executable))
                .containsExactly(0, 8_192, 0, 8_192);
        assertThat(InputBytes.of(InputTree.of(TREE), true, (digest, executable) -> true))
                .containsExactly(0, 0, 0, 0);
        assertThat(InputBytes.of(InputTree.of(TREE), false, (digest, executable) -> true))
                .containsExactly(8_192, 8_192, 8_192, 4_096);
    }

    @Test
    void inMoreThanANumberHoldsShouldBeTheLargest() throws IOException {
        Tree huge = new Tree(List.of(
                new TreeEntry("a", ONE, Long.MAX_VALUE - 1, true), new TreeEntry("b", TWO, Long.MAX_VALUE, false)));

        assertThat(InputBytes.total(InputBytes.of(InputTree.of(huge), true, InputBytes.NOTHING)))
                .isEqualTo(Long.MAX_VALUE);
    }
}
