package dev.millrace.executor.inputs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uses a small file system of its own. A process mounts it in its own user and mount namespaces, which needs no privileges. */
class FreeFilesTest {
    private static final int INODES = 2_000;

    private Process owner;
    private Path small;

    @BeforeEach
    void mount(@TempDir Path directory) throws IOException {
        owner = new ProcessBuilder(
                        "unshare",
                        "--user",
                        "--map-root-user",
                        "--mount",
                        "sh",
                        "-c",
                        "mount -t tmpfs -o nr_inodes=" + INODES + " tmpfs \"$1\" && echo mounted && exec cat",
                        "sh",
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(owner.inputReader().readLine()).isEqualTo("mounted");
        small = Path.of("/proc", Long.toString(owner.pid()), "root")
                .resolve(directory.toString().substring(1));
    }

    @AfterEach
    void close() {
        owner.destroyForcibly();
    }

    @Test
    void inFilesThatAreMadeShouldHaveRoomForSoManyFewer() throws IOException {
        long before = FreeFiles.of(small);
        assertThat(before).isBetween(INODES - 10L, (long) INODES);

        for (int i = 0; i < 500; i++) {
            Files.createFile(small.resolve("empty" + i));
        }

        assertThat(FreeFiles.of(small)).isEqualTo(before - 500);
    }

    @Test
    void inDirectoryThatIsNotThereShouldFail(@TempDir Path directory) {
        assertThatThrownBy(() -> FreeFiles.of(directory.resolve("gone"))).isInstanceOf(IOException.class);
    }

    @Test
    void inFileSystemWithoutSuchALimitShouldHaveRoomForAnyNumber() throws IOException {
        assertThat(FreeFiles.of(Path.of("/proc"))).isEqualTo(FreeFiles.UNLIMITED);
    }

    /** The numbers are unsigned. CephFS reports the largest one, which is -1 in Java. */
    @Test
    void inFileSystemWithoutALimitShouldBeUnlimited() {
        assertThat(FreeFiles.of(0, 0)).isEqualTo(FreeFiles.UNLIMITED);
        assertThat(FreeFiles.of(1_000, -1)).isEqualTo(FreeFiles.UNLIMITED);
        assertThat(FreeFiles.of(-1, 5)).isEqualTo(FreeFiles.UNLIMITED);
        assertThat(FreeFiles.of(1_000, 0)).isZero();
    }
}
