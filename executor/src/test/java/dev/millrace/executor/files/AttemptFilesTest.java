package dev.millrace.executor.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttemptFilesTest {
    private static final String DIGGER =
            """
            import os
            at = os.open(".", os.O_RDONLY)
            for i in range(3000):
                os.mkdir("d", dir_fd=at)
                os.close(os.open("f", os.O_CREAT | os.O_WRONLY, dir_fd=at))
                below = os.open("d", os.O_RDONLY, dir_fd=at)
                os.close(at)
                at = below
            """;

    @Test
    void inTreeDeeperThanAPathCanNameShouldDeleteAllOfIt(@TempDir Path directory) throws Exception {
        Path tree = Files.createDirectory(directory.resolve("tree"));
        Process digger = new ProcessBuilder("python3", "-c", DIGGER)
                .directory(tree.toFile())
                .start();
        assertThat(digger.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(digger.exitValue()).isZero();

        AttemptFiles.deleteTree(tree);

        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void inTreeThatWasClosedShouldDeleteItWithoutFollowingLinks(@TempDir Path directory) throws IOException {
        Path kept = Files.writeString(
                Files.createDirectory(directory.resolve("kept")).resolve("file"), "kept");
        Path tree = Files.createDirectories(directory.resolve("tree/inner"));
        Files.createSymbolicLink(tree.resolve("link"), kept.getParent());
        tree.toFile().setReadable(false);
        tree.toFile().setWritable(false);

        AttemptFiles.deleteTree(directory.resolve("tree"));

        assertThat(directory.resolve("tree")).doesNotExist();
        assertThat(kept).hasContent("kept");
    }
}
