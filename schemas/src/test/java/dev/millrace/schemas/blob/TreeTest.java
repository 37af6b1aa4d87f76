package dev.millrace.schemas.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TreeTest {
    private static final Digest DIGEST = Digest.of("x".getBytes(StandardCharsets.UTF_8));

    private static Tree tree(String... paths) {
        return new Tree(Arrays.stream(paths)
                .map(path -> new TreeEntry(path, DIGEST, 1, false))
                .toList());
    }

    @Test
    void inAnyOrderOfEntriesShouldHaveTheSameDigest() {
        assertThat(tree("a", "b/c").digest()).isEqualTo(tree("b/c", "a").digest());
    }

    @Test
    void inDigestShouldBeTheSha256() {
        assertThat(Digest.of("abc".getBytes(StandardCharsets.UTF_8)).hex())
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThatThrownBy(() -> new Digest("ABC")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../x", "/etc/passwd", "a/../b", "a//b", "./a", "C:/x", "a\\b", "a\u0000b", "a\nb", "", "a/"})
    void inUnsafePathShouldReportIt(String path) {
        assertThat(tree(path).problems()).isNotEmpty();
    }

    @Test
    void inAmbiguousPathsShouldReportThem() {
        assertThat(tree("a", "a").problems()).anyMatch(it -> it.contains("twice"));
        assertThat(tree("readme", "README").problems()).anyMatch(it -> it.contains("only by case"));
        assertThat(tree("a", "a/b").problems()).anyMatch(it -> it.contains("both a file and a directory"));
    }

    @Test
    void inOrdinaryTreeShouldFindNothing() {
        assertThat(tree("a", "b/c.txt", "b/d/e", "…/ü").problems()).isEqualTo(List.of());
    }
}
