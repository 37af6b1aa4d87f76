package dev.millrace.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.http.HttpProblemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    private static Spool spool(Path directory) {
        return spool(directory, 0);
    }

    private static Spool spool(Path directory, long minFreeBytes) {
        return new Spool(directory, new Spool.Limits(1_000, minFreeBytes, 10), Clock.systemUTC());
    }

    @Test
    void refusesBytesThatTheDiskHasNoRoomForBeyondTheLeast(@TempDir Path parent) throws Exception {
        long free = Files.getFileStore(parent).getUsableSpace();
        try (Spool spool = spool(parent, 2 * free + 1)) {
            spool.open();
            Spool.Upload upload = spool.scratch();

            assertThatThrownBy(() -> upload.grow(1))
                    .isInstanceOf(HttpProblemException.class)
                    .hasMessageContaining("artifacts.minFreeBytes")
                    .extracting(it -> ((HttpProblemException) it).status())
                    .isEqualTo(503);
            assertThat(upload.size()).isZero();
        }
    }

    @Test
    void takesBytesWhileTheDiskHasRoom(@TempDir Path parent) throws Exception {
        try (Spool spool = spool(parent, 1)) {
            spool.open();
            Spool.Upload upload = spool.scratch();

            upload.grow(1_000);

            assertThat(upload.size()).isEqualTo(1_000);
            assertThatThrownBy(() -> upload.grow(1)).hasMessageContaining("1000 bytes");
        }
    }

    @Test
    void inDirectoryThatOthersMayReadShouldCloseItToThem(@TempDir Path parent) throws Exception {
        Path directory = Files.createDirectory(parent.resolve("spool"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        Spool spool = spool(directory);

        spool.open();
        spool.close();

        assertThat(Files.getPosixFilePermissions(directory)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void inLinkWhereTheDirectoryShouldBeShouldRefuse(@TempDir Path parent) throws Exception {
        Path link =
                Files.createSymbolicLink(parent.resolve("spool"), Files.createDirectory(parent.resolve("elsewhere")));

        assertThatThrownBy(() -> spool(link).open())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("artifacts.spool");
    }
}
