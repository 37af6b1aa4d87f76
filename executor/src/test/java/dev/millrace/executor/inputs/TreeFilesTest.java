package dev.millrace.executor.inputs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.blob.TreeEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeFilesTest {
    private static Tree tree(int files) {
        return new Tree(IntStream.range(0, files)
                .mapToObj(i -> new TreeEntry(
                        "f" + i, Digest.of(Integer.toString(i).getBytes(StandardCharsets.UTF_8)), 1, false))
                .toList());
    }

    @Test
    void putsEveryFileInItsPlace(@TempDir Path directory) throws Exception {
        Path cached = Files.writeString(directory.resolve("cached"), "x");
        Path target = Files.createDirectory(directory.resolve("target"));

        new TreeFiles(digest -> CompletableFuture.completedFuture(cached))
                .fill(InputTree.of(tree(1_000)), target, false, position -> {});

        try (var files = Files.list(target)) {
            assertThat(files).hasSize(1_000);
        }
    }

    @Test
    void asksForFewFilesOfATreeOfWhichOneIsMissing(@TempDir Path directory) {
        var asked = new AtomicInteger();
        var files = new TreeFiles(digest -> {
            asked.incrementAndGet();
            return CompletableFuture.failedFuture(new IOException("there is no " + digest));
        });

        assertThatThrownBy(() -> files.fill(InputTree.of(tree(20_000)), directory, false, position -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("there is no");
        assertThat(asked).hasValueLessThan(1_000);
    }
}
