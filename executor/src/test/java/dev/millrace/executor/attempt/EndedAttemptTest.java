package dev.millrace.executor.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.executor.attempt.AttemptPreparation.Prepared;
import dev.millrace.executor.disk.DiskRoom;
import dev.millrace.executor.disk.DiskUnit;
import dev.millrace.executor.disk.DiskWatch;
import dev.millrace.executor.files.AttemptDirectories;
import dev.millrace.executor.inputs.PlacedInputs;
import dev.millrace.executor.output.LiveTail;
import dev.millrace.executor.output.OutputIndex;
import dev.millrace.executor.output.StreamCapture;
import dev.millrace.executor.process.StopReason;
import dev.millrace.executor.process.TaskCgroup;
import dev.millrace.executor.process.Watchdog;
import dev.millrace.executor.sandbox.Boxes;
import dev.millrace.executor.settings.ExecutorSettings;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.kafka.EventPublisher;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.LogRef;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.TaskDispatched;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the results of an ended task while the artifact service is unreachable. */
class EndedAttemptTest {
    private static final URI NOBODY = URI.create("http://127.0.0.1:1");
    private static final TaskDispatched DISPATCH = new TaskDispatched(
            Boxes.TASK,
            "j0123456789abcdef0123",
            "p",
            1,
            Digest.of(new byte[0]),
            1,
            new Epoch(1, 1),
            "e1",
            "now",
            Priority.NORMAL,
            null,
            "ann");

    private final Path directory;
    private final ExecutorSettings settings;
    private final AttemptDirectories directories;
    private final Watchdog watchdog;
    private final EventPublisher publisher = new EventPublisher(
            KafkaSettings.from(Settings.of(Map.of("kafka.bootstrap", "127.0.0.1:1"))),
            "executor",
            "e1",
            Clock.systemUTC());
    private final LiveEvents live = new LiveEvents(publisher, "e1");

    EndedAttemptTest(@TempDir Path directory) throws IOException {
        this.directory = directory;
        this.settings = ExecutorSettings.from(Settings.of(Map.of()), "e1", directory);
        this.directories = AttemptDirectories.of(directory, "a1");
        directories.create(false);
        this.watchdog = Watchdog.start(60_000);
    }

    @AfterEach
    void close() throws IOException {
        live.close();
        publisher.close();
        watchdog.close();
    }

    private EndedAttempt ended(List<String> units) throws IOException {
        var held = new HeldAttempts();
        var disk = new DiskWatch(1 << 30, 1_000);
        var room = new DiskRoom(
                new DiskRoom.Disk() {
                    @Override
                    public long free(DiskUnit unit) {
                        return Long.MAX_VALUE;
                    }

                    @Override
                    public boolean giveUp(DiskUnit unit, long amount) {
                        return false;
                    }
                },
                Map.of(),
                reason -> {},
                () -> {},
                disk::relieve);
        var prepared = new Prepared(
                TaskRunTest.task(60_000, units),
                directories.workspace(),
                new PlacedInputs(null, () -> {}),
                null,
                null,
                null,
                false,
                null,
                Map.of());
        var run = new TaskRun.Ended(
                StopReason.NONE,
                0,
                0,
                0,
                1,
                captured("stdout"),
                captured("stderr"),
                new OutputIndex(directories.logs().resolve("index"), Clock.systemUTC()),
                TaskCgroup.LimitViolation.NONE);
        var reports = new AttemptReports("e1", "now", new Reporter(publisher, 0), live, held);
        return new EndedAttempt(
                held.take(DISPATCH, null),
                prepared,
                run,
                directories,
                null,
                0,
                Boxes.find(directory, "process"),
                new AttemptSealer(settings, new BlobClient(NOBODY), disk, room),
                reports,
                new Leftovers(watchdog));
    }

    private StreamCapture captured(String stream) {
        var capture = new StreamCapture(
                new ByteArrayInputStream("said\n".getBytes(StandardCharsets.US_ASCII)),
                directories.logs().resolve(stream),
                1_000,
                new LiveTail(new AttemptKey(Boxes.TASK, 1, new Epoch(1, 1)), stream, 0, 4_096, chunk -> true, 0),
                new OutputIndex(directories.logs().resolve("unused"), Clock.systemUTC()),
                () -> {});
        capture.run();
        return capture;
    }

    @Test
    void inStoreThatIsAwayShouldReadTheResultsOfCasesOnce() throws Exception {
        Path cases = directories.out().resolve(".millrace/cases.jsonl");
        Files.createDirectories(directories.out().resolve(".millrace"));
        Files.writeString(cases, "{\"unit\":\"U\",\"event\":\"finished\",\"ms\":5}\n");
        Files.writeString(directories.out().resolve("artifact"), "to be stored first");
        EndedAttempt ended = ended(List.of("U"));
        assertThatThrownBy(ended::seal).isInstanceOf(IOException.class);
        Path kept = directories.logs().resolve("cases");
        assertThat(kept).exists();
        Files.delete(kept);

        assertThatThrownBy(ended::seal).isInstanceOf(IOException.class);

        assertThat(kept).doesNotExist();
    }

    @Test
    void inLogThatATaskMadeLargerShouldNotReadIt() throws Exception {
        EndedAttempt ended = ended(List.of());
        try (var file =
                new RandomAccessFile(directories.logs().resolve("stdout").toFile(), "rw")) {
            file.setLength(64L << 20);
        }

        var result = ended.seal();

        assertThat(result.stdout()).isEqualTo(LogRef.EMPTY);
        assertThat(result.stderr().bytes()).isEqualTo(5);
    }
}
