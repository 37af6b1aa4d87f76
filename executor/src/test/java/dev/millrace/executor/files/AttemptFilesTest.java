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

    /**
     * Creates directories whose paths are too long for {@code deleteTree} to enter them. The first contains a file, the others are empty.
     */
    private static void makeManyDeep(Path tree, int count) throws Exception {
        String maker =
                """
                import os, sys
                for i in range(4):
                    os.mkdir("x" * 245)
                    os.chdir("x" * 245)
                for i in range(int(sys.argv[1])):
                    os.mkdir("d%015d" % i)
                open("d%015d/file" % 0, "w").close()
                """;
        Process making = new ProcessBuilder("python3", "-c", maker, Integer.toString(count))
                .directory(tree.toFile())
                .start();
        assertThat(making.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(making.exitValue()).isZero();
    }

    /** A program that deletes the tree that its argument names. The test runs it in a separate process with little memory. */
    static final class Deleting {
        private Deleting() {}

        public static void main(String[] args) throws IOException {
            AttemptFiles.deleteTree(Path.of(args[0]));
        }
    }

    @Test
    void inManyDirectoriesDeeperThanAPathCanNameShouldHoldNoneOfThemInMemory(@TempDir Path directory) throws Exception {
        Path tree = Files.createDirectory(directory.resolve("tree"));
        makeManyDeep(tree, 60_000);

        Process deleting = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xmx8m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Deleting.class.getName(),
                        tree.toString())
                .inheritIO()
                .start();

        assertThat(deleting.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(deleting.exitValue()).isZero();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void inDeletionThatWasCutShortShouldDeleteTheRest(@TempDir Path directory) throws Exception {
        Path tree = Files.createDirectory(directory.resolve("tree"));
        makeManyDeep(tree, 3);
        Files.createDirectories(tree.resolve(".millrace-deep-0/left"));

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
