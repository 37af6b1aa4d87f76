package dev.millrace.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.schemas.blob.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    private static final long FILE_BYTES = 4096;
    private static final String ENCODING = "identity";

    private static Spool spool(Path directory) {
        return spool(directory, 0);
    }

    private static Spool spool(Path directory, long minFreeBytes) {
        return spool(directory, new Spool.Limits(FILE_BYTES + 1_000, minFreeBytes, 10), Clock.systemUTC());
    }

    private static Spool spool(Path directory, Spool.Limits limits, Clock clock) {
        return new Spool(directory, limits, clock);
    }

    private static Digest digest(int number) {
        return Digest.of(Integer.toString(number).getBytes(StandardCharsets.US_ASCII));
    }

    /** Begins an upload whose connection is cut after one byte. */
    private static void cut(Spool spool, int number) throws IOException {
        Spool.Upload upload = spool.begin(digest(number), ENCODING, 0L);
        upload.grow(1);
        Files.write(upload.file(), new byte[1]);
        upload.interrupt();
    }

    private static long files(Path parent) throws IOException {
        try (var files = Files.list(parent.resolve("uploads"))) {
            return files.count();
        }
    }

    @Test
    void ofUploadsThatWereCutShouldKeepTheLastOnes(@TempDir Path parent) throws Exception {
        try (Spool spool = spool(parent, new Spool.Limits(1L << 30, 0, 100), Clock.systemUTC())) {
            spool.open();

            for (int i = 0; i < 2_000; i++) {
                cut(spool, i);
            }

            assertThat(files(parent)).isEqualTo(100);
            assertThat(spool.offset(digest(1_899), ENCODING)).isZero();
            assertThat(spool.offset(digest(1_900), ENCODING)).isEqualTo(1);
            assertThat(spool.begin(digest(1_999), ENCODING, 1L).size()).isEqualTo(1);
        }
    }

    @Test
    void countsWhatAFileTakesHoweverLittleIsInIt(@TempDir Path parent) throws Exception {
        long twenty = 20 * (FILE_BYTES + 1);
        try (Spool spool = spool(parent, new Spool.Limits(twenty, 0, 100), Clock.systemUTC())) {
            spool.open();

            for (int i = 0; i < 100; i++) {
                cut(spool, i);
            }

            // Uploads that were cut are forgotten while more than half of the bytes is in use.
            assertThat(files(parent)).isBetween(1L, 11L);
        }
    }

    @Test
    void afterTheirTimeShouldForgetThoseCutSomeAtATimeAndGiveTheirBytesBack(@TempDir Path parent) throws Exception {
        var now = new AtomicLong();
        long most = 1_000 * (FILE_BYTES + 1);
        try (Spool spool = spool(parent, new Spool.Limits(most, 0, 300), timeOf(now))) {
            spool.open();
            for (int i = 0; i < 300; i++) {
                cut(spool, i);
            }
            now.addAndGet(Duration.ofHours(2).toMillis());

            spool.begin(digest(1_000), ENCODING, null).end();

            assertThat(files(parent)).as("after one upload").isBetween(200L, 299L);
            for (int i = 0; i < 5; i++) {
                spool.begin(digest(1_000), ENCODING, null).end();
            }
            assertThat(files(parent)).as("after some more").isZero();
            Spool.Upload all = spool.scratch();
            all.grow(most - FILE_BYTES);
            assertThat(all.size()).isEqualTo(most - FILE_BYTES);
        }
    }

    private static Clock timeOf(AtomicLong nowMs) {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(nowMs.get());
            }
        };
    }

    @Test
    void refusesBytesThatTheDiskHasNoRoomForBeyondTheLeast(@TempDir Path parent) throws Exception {
        long free = Files.getFileStore(parent).getUsableSpace();
        try (Spool spool = spool(parent, 2 * free + 1)) {
            spool.open();

            assertThatThrownBy(spool::scratch)
                    .isInstanceOf(HttpProblemException.class)
                    .hasMessageContaining("artifacts.minFreeBytes")
                    // Cutting another upload helps against SPOOL_FULL, not against a full disk.
                    .extracting(it -> ((HttpProblemException) it).kind())
                    .isEqualTo(ProblemKind.DISK_FULL);
        }
    }

    @Test
    void takesBytesWhileTheDiskHasRoom(@TempDir Path parent) throws Exception {
        try (Spool spool = spool(parent, 1)) {
            spool.open();
            Spool.Upload upload = spool.scratch();

            upload.grow(1_000);

            assertThat(upload.size()).isEqualTo(1_000);
            assertThatThrownBy(() -> upload.grow(1)).hasMessageContaining((FILE_BYTES + 1_000) + " bytes");
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
