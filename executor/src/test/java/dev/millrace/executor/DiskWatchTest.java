package dev.millrace.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskWatchTest {
    private final DiskWatch watch = new DiskWatch(1_000_000, 10);

    @Test
    void inDeviceShouldHaveTheNumberThatTheKernelShows() throws Exception {
        long device = (Long) Files.getAttribute(Path.of("/proc"), "unix:dev");

        assertThat(Files.readAllLines(Path.of("/proc/self/mountinfo")))
                .anyMatch(it -> it.split(" ")[2].equals(DiskWatch.number(device)) && it.contains(" /proc "));
        assertThat(DiskWatch.number(0xfe01)).isEqualTo("254:1");
        assertThat(DiskWatch.number(0x100000L)).isEqualTo("0:256");
    }

    @Test
    void inFilesUpToTheLimitShouldSayThatNoMoreMayCome(@TempDir Path directory) throws Exception {
        Files.write(directory.resolve("some"), new byte[999_000]);
        assertThat(watch.exceeds(List.of(directory), List::of)).isFalse();

        Files.write(directory.resolve("rest"), new byte[1_000]);
        assertThat(watch.exceeds(List.of(directory), List::of)).isTrue();
    }

    @Test
    void inMoreFilesThanMayBeShouldSayThatToo(@TempDir Path directory) throws Exception {
        for (int i = 0; i < 9; i++) {
            Files.createFile(directory.resolve("f" + i));
        }
        // With the directory itself.
        assertThat(watch.exceeds(List.of(directory), List::of)).isFalse();

        Files.createFile(directory.resolve("one-more"));
        assertThat(watch.exceeds(List.of(directory), List::of)).isTrue();
    }

    @Test
    void inFileWithoutANameShouldCountItOnce(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("unlinked");
        long pid = ProcessHandle.current().pid();
        try (var open = new RandomAccessFile(file.toFile(), "rw");
                var again = new RandomAccessFile(file.toFile(), "r")) {
            open.write(new byte[600_000]);
            Files.delete(file);

            assertThat(again.length()).isEqualTo(600_000);
            assertThat(watch.exceeds(List.of(directory), () -> List.of(pid))).isFalse();
            open.write(new byte[500_000]);
            assertThat(watch.exceeds(List.of(directory), () -> List.of(pid))).isTrue();
        }
    }

    @Test
    void inRoomReservedBeyondTheEndOfAFileShouldCountIt(@TempDir Path directory) throws Exception {
        Path file = Files.createFile(directory.resolve("empty"));
        int failed = new ProcessBuilder("fallocate", "-n", "-l", "2000000", file.toString())
                .inheritIO()
                .start()
                .waitFor();

        assertThat(failed).isZero();
        assertThat(Files.size(file)).isZero();
        assertThat(watch.exceeds(List.of(directory), List::of)).isTrue();
    }

    @Test
    void inFileOfHolesShouldCountWhatItHas(@TempDir Path directory) throws Exception {
        try (var file = new RandomAccessFile(directory.resolve("holes").toFile(), "rw")) {
            file.setLength(5_000_000);
        }

        assertThat(watch.exceeds(List.of(directory), List::of)).isFalse();
    }
}
