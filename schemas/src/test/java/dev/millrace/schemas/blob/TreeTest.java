package dev.millrace.schemas.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.json.MalformedJsonException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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

    @Test
    void inDigestsShouldCompareAsTheirDigitsDo() {
        List<Digest> digests = IntStream.range(0, 200)
                .mapToObj(i -> Digest.of(new byte[] {(byte) i}))
                .toList();

        assertThat(digests.stream().sorted().map(Digest::hex)).isSorted().doesNotHaveDuplicates();
        assertThat(digests)
                .allSatisfy(it -> assertThat(new Digest(it.hex())).isEqualTo(it).hasSameHashCodeAs(it));
        assertThat(digests.get(0)).isNotEqualTo(digests.get(1));
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

    /** A tree whose paths take 30 MB can name fifteen million directories, so the check must not keep all of them in memory. */
    @Test
    void inMoreDirectoriesThanAreAcceptedShouldCountThemAndHoldNone() {
        String below = "/a".repeat(500);
        Tree deep = tree(
                IntStream.range(0, 20_000).mapToObj(root -> "k" + root + below).toArray(String[]::new));
        assertThat(deep.problems()).containsExactly("the tree has 10000000 directories; at most 100000 are accepted");
        assertThat(tree("k/x" + below, "k/y" + below).problems()).isEqualTo(List.of());
    }

    private static Tree read(String json) throws MalformedJsonException {
        return Tree.read(json.getBytes(StandardCharsets.UTF_8));
    }

    /** The reader keeps the field names of an object in memory to find duplicates. Therefore it must limit their number. */
    @ParameterizedTest
    @ValueSource(strings = {"{%s,'entries':[]}", "{'entries':[{%s}]}", "{'entries':[],'other':[{'o':{%s}}]}"})
    void inFieldsWithoutNumberShouldBeNoTree(String tree) {
        String fields = IntStream.range(0, 65).mapToObj(i -> "'f" + i + "':0").collect(Collectors.joining(","));

        assertThatThrownBy(() -> read(tree.formatted(fields).replace('\'', '"')))
                .isInstanceOf(MalformedJsonException.class)
                .hasMessage("an object has more than 64 fields");
    }

    @Test
    void inMoreEntriesThanAreAcceptedShouldReadOneTooMany() throws MalformedJsonException {
        String entry = "{\"path\":\"a\",\"digest\":\"" + DIGEST + "\",\"size\":1,\"executable\":false}";

        Tree tree = read("{\"entries\":[" + (entry + ",").repeat(Tree.MAX_ENTRIES + 9) + entry + "]}");

        assertThat(tree.entries()).hasSize(Tree.MAX_ENTRIES + 1);
        assertThat(tree.problems()).anyMatch(it -> it.contains("entries"));
    }

    @Test
    void inSizesBeyondAnyNumberShouldHaveTheLargestInAll() {
        var huge = List.of(
                new TreeEntry("a", DIGEST, Long.MAX_VALUE, false),
                new TreeEntry("b", DIGEST, Long.MAX_VALUE, false),
                new TreeEntry("c", DIGEST, 7, false));

        assertThat(new Tree(huge).totalBytes()).isEqualTo(Long.MAX_VALUE);
    }
}
