package dev.millrace.platform.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateFilesTest {
    @TempDir
    private Path directory = Path.of(".");

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void inNewDirectoriesShouldBePrivateAll() throws Exception {
        Path deep = PrivateFiles.directory(directory.resolve("a/b"));

        assertThat(mode(deep)).isEqualTo("rwx------");
        assertThat(mode(directory.resolve("a"))).isEqualTo("rwx------");
    }

    @Test
    void inDirectoryOfAnEarlierVersionShouldTakeOthersRightsAway() throws Exception {
        Path open = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));

        PrivateFiles.directory(open);

        assertThat(mode(open)).isEqualTo("rwx------");
    }

    @Test
    void inFileThatOthersCouldReadShouldBeReplacedByAPrivateOne() throws Exception {
        Path file = Files.writeString(directory.resolve("secret"), "old");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        try (var openedBefore = Files.newBufferedReader(file)) {

            PrivateFiles.write(file, "new");

            assertThat(mode(file)).isEqualTo("rw-------");
            assertThat(file).hasContent("new");
            assertThat(openedBefore.readLine())
                    .as("whoever had it open sees nothing of the new content")
                    .isEqualTo("old");
        }
        assertThat(directory).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void inTouchShouldKeepContent() throws Exception {
        Path file = Files.writeString(directory.resolve("log"), "before");

        PrivateFiles.touch(file);

        assertThat(mode(file)).isEqualTo("rw-------");
        assertThat(file).hasContent("before");
        assertThat(mode(PrivateFiles.touch(directory.resolve("new")))).isEqualTo("rw-------");
    }
}
