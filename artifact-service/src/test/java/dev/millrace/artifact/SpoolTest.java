package dev.millrace.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.platform.config.ConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    private static Spool spool(Path directory) {
        return new Spool(directory, 1_000, 10, Clock.systemUTC());
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
