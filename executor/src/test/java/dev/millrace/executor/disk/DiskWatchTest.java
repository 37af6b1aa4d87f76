package dev.millrace.executor.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.executor.files.AttemptDirectories;
import dev.millrace.executor.files.AttemptFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiskWatchTest {
    private final List<String> stopped = new ArrayList<>();
    private final DiskWatch watch = new DiskWatch(1_000_000, 10);

    @Test
    void inDeviceShouldHaveTheNumberThatTheKernelShows() throws Exception {
        long device = (Long) Files.getAttribute(Path.of("/proc"), "unix:dev");

        assertThat(Files.readAllLines(Path.of("/proc/self/mountinfo")))
                .anyMatch(it -> it.split(" ")[2].equals(DiskCount.number(device)) && it.contains(" /proc "));
        assertThat(DiskCount.number(0xfe01)).isEqualTo("254:1");
        assertThat(DiskCount.number(0x100000L)).isEqualTo("0:256");
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
        // The directory itself counts too, so the limit of ten is reached but not exceeded.
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

    /**
     * A Python program that holds a deleted file and prints "up" when it is ready. The first argument is the directory of the file. The
     * second says how the program holds the file: {@code open}, {@code mapped} only into its memory, or {@code own} for open in a thread
     * with its own table of descriptors. The third is {@code headless} if the first thread of the program is to end.
     */
    private static final String HOLDER =
            """
            import ctypes, os, sys, threading, time
            path = sys.argv[1] + "/unlinked"
            libc = ctypes.CDLL(None)
            libc.mmap.restype = ctypes.c_void_p
            libc.mmap.argtypes = [ctypes.c_void_p] + [ctypes.c_size_t] * 2 + [ctypes.c_int] * 2 + [ctypes.c_long]

            def hold():
                if sys.argv[2] == "own" and libc.unshare(0x400) != 0:
                    sys.exit("cannot have a table of its own")
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
                for i in range(8):
                    os.write(descriptor, bytes(200000))
                if sys.argv[2] == "mapped":
                    libc.mmap(None, 4096, 1, 1, descriptor, 0)
                    os.close(descriptor)
                os.unlink(path)
                print("up", flush=True)
                time.sleep(300)

            threading.Thread(target=hold, daemon=True).start()
            if sys.argv[3] == "headless":
                libc.pthread_exit(None)
            time.sleep(300)
            """;

    @ParameterizedTest
    @CsvSource({"open,whole", "mapped,whole", "own,whole", "open,headless", "mapped,headless", "own,headless"})
    void inFileThatOnlyAProcessHoldsShouldCountItOnce(String how, String threads, @TempDir Path directory)
            throws Exception {
        Process holder = new ProcessBuilder("python3", "-c", HOLDER, directory.toString(), how, threads).start();
        try {
            assertThat(holder.inputReader().readLine()).isEqualTo("up");
            Path stat = Path.of("/proc", Long.toString(holder.pid()), "stat");
            await("its state")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> Files.readString(stat).contains(") Z ") == threads.equals("headless"));
            var more = new DiskWatch(3_000_000, 10);

            assertThat(watch.exceeds(List.of(directory), () -> List.of(holder.pid())))
                    .isTrue();
            assertThat(more.exceeds(List.of(directory), () -> List.of(holder.pid(), holder.pid())))
                    .isFalse();
        } finally {
            holder.destroyForcibly();
        }
    }

    @Test
    void inMoreMappingsThanMayBeShouldCountAsTooMuch(@TempDir Path directory) {
        long pid = ProcessHandle.current().pid();
        var few = new DiskWatch(new DiskCount.Limits(1_000_000, 10, 100_000, 20, Long.MAX_VALUE));

        assertThat(few.exceeds(List.of(directory), () -> List.of(pid))).isTrue();
    }

    @Test
    void inDirectoryThatIsClosedShouldSayThatItHidesSomething(@TempDir Path directory) {
        var count = new DiskCount(new DiskCount.Limits(1_000_000, 10, 100, 100, Long.MAX_VALUE));

        count.visitFileFailed(directory.resolve("gone"), new NoSuchFileException("gone"));
        assertThat(count.hides()).isFalse();
        count.visitFileFailed(directory.resolve("closed"), new AccessDeniedException("closed"));

        assertThat(count.hides()).isTrue();
        assertThat(count.isOver()).isFalse();
    }

    @Test
    void inMoreDescriptorsThanMayBeShouldLookAtNoMoreOfThem(@TempDir Path directory) throws Exception {
        long pid = ProcessHandle.current().pid();
        var processes = new AbstractList<Long>() {
            int asked;

            @Override
            public Long get(int index) {
                asked++;
                return pid;
            }

            @Override
            public int size() {
                return 10_000;
            }
        };
        var few = new DiskWatch(new DiskCount.Limits(1_000_000, 10, 5_000, 1_000_000, Long.MAX_VALUE));

        assertThat(few.exceeds(List.of(directory), () -> processes.subList(0, 2)))
                .isFalse();
        assertThat(few.exceeds(List.of(directory), () -> processes)).isTrue();
        assertThat(processes.asked).isLessThan(5_000);
    }

    @Test
    void inLookThatTakesTooLongShouldCountAsTooMuch(@TempDir Path directory) {
        var hurried = new DiskWatch(new DiskCount.Limits(1_000_000, 10, 100, 100, -1));

        assertThat(hurried.exceeds(List.of(directory), List::of)).isTrue();
    }

    @Test
    void inLooksOfWhateverLengthShouldRestForSecondsAtMost() {
        assertThat(DiskWatch.restMs(0)).isEqualTo(500);
        assertThat(DiskWatch.restMs(100)).isEqualTo(900);
        assertThat(DiskWatch.restMs(3_600_000)).isEqualTo(DiskWatch.LONGEST_REST_MS);
    }

    private AttemptDirectories attempt(Path directory, String name, int bytes) throws IOException {
        var directories = AttemptDirectories.of(directory, name);
        directories.create(false);
        Files.write(directories.root().resolve("file"), new byte[bytes]);
        watch.watch(directories, List::of, reason -> stopped.add(name + " " + reason));
        return directories;
    }

    @Test
    void inDiskThatIsShortShouldStopWhoTakesMostAndTheNextWhenThatIsGone(@TempDir Path directory) throws Exception {
        AttemptDirectories most = attempt(directory, "most", 900_000);
        attempt(directory, "much", 500_000);
        attempt(directory, "little", 1_000);
        watch.relieve(DiskUnit.BYTES, 100, 100_000);
        assertThat(stopped).isEmpty();

        watch.lookOnce();
        watch.relieve(DiskUnit.BYTES, 100, 100_000);
        watch.relieve(DiskUnit.BYTES, 90, 100_000);
        watch.relieve(DiskUnit.BYTES, 90, 100_000);
        assertThat(stopped).containsExactly("most DISK_SHORT");

        AttemptFiles.deleteTree(most.base());
        watch.relieve(DiskUnit.BYTES, 90, 100_000);
        watch.relieve(DiskUnit.BYTES, 90, 100_000);
        watch.relieve(DiskUnit.BYTES, 80, 100_000);
        assertThat(stopped).containsExactly("most DISK_SHORT", "much DISK_SHORT");
    }

    @Test
    void inDiskWithRoomForFewFilesShouldStopWhoHasMostOfThem(@TempDir Path directory) throws Exception {
        attempt(directory, "large", 900_000);
        AttemptDirectories many = attempt(directory, "many", 1);
        for (int i = 0; i < 3; i++) {
            Files.createFile(many.root().resolve("empty" + i));
        }
        watch.lookOnce();

        watch.relieve(DiskUnit.FILES, 3, 5);
        watch.relieve(DiskUnit.FILES, 3, 5);

        assertThat(stopped).containsExactly("many DISK_SHORT");
    }

    @Test
    void inRoomThatGoesOnToShrinkShouldStopTheNextBeforeTheFirstIsGone(@TempDir Path directory) throws Exception {
        attempt(directory, "most", 900_000);
        attempt(directory, "much", 500_000);
        watch.lookOnce();

        watch.relieve(DiskUnit.BYTES, 100, 100_000);
        watch.relieve(DiskUnit.BYTES, 90, 100_000);
        watch.relieve(DiskUnit.BYTES, 80, 100_000);

        assertThat(stopped).containsExactly("most DISK_SHORT", "much DISK_SHORT");
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
