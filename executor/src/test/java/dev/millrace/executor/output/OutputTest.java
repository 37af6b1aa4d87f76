package dev.millrace.executor.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.executor.cases.CaseLimits;
import dev.millrace.executor.cases.CaseReport;
import dev.millrace.executor.cases.RunnerEnd;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.OutputChunk;
import java.io.ByteArrayInputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputTest {
    private static final AttemptKey KEY = new AttemptKey("j0123456789abcdef0123.1", 1, new Epoch(1, 1));

    private final List<OutputChunk> live = new ArrayList<>();

    @TempDir
    private Path directory = Path.of(".");

    private OutputIndex index() {
        return new OutputIndex(directory.resolve("index"), Clock.systemUTC());
    }

    private StreamCapture capture(byte[] output, long limit, long bytesPerSecond) {
        var tail = new LiveTail(KEY, "stdout", bytesPerSecond, 4_096, live::add, System.nanoTime());
        return new StreamCapture(
                new ByteArrayInputStream(output), directory.resolve("stdout"), limit, tail, index(), () -> {});
    }

    private static byte[] bytes(int count) {
        return "x".repeat(count).getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void inOutputAtTheLimitShouldKeepAllOfIt() throws Exception {
        StreamCapture capture = capture(bytes(10_000), 10_000, 0);

        capture.run();

        assertThat(Files.size(capture.file())).isEqualTo(10_000);
        assertThat(capture.droppedBytes()).isZero();
    }

    @Test
    void inOutputAboveTheLimitShouldCutItWithAMarkerAndCountTheRest() throws Exception {
        StreamCapture capture = capture(bytes(10_001), 10_000, 0);

        capture.run();

        assertThat(Files.readString(capture.file()))
                .startsWith("x".repeat(10_000))
                .endsWith("[millrace: the output was cut here; 1 bytes more were dropped]\n");
        assertThat(capture.droppedBytes()).isEqualTo(1);
    }

    @Test
    void inOutputShouldFindATextAcrossItsPiecesAndDoubtWhatWasDropped() throws Exception {
        byte[] output = (" ".repeat(32 * 1024 - 4) + "the text").getBytes(StandardCharsets.US_ASCII);
        StreamCapture whole = capture(output, 1 << 20, 0);
        whole.run();

        assertThat(whole.mayContain("the text")).isTrue();
        assertThat(whole.mayContain("another text")).isFalse();
        Files.writeString(directory.resolve("stdout"), "longer than what was kept".repeat(10_000));
        assertThat(whole.mayContain("another text"))
                .as("the task replaced the file")
                .isTrue();
        StreamCapture cut = capture(output, 10, 0);
        cut.run();
        assertThat(cut.mayContain("another text")).as("some was dropped").isTrue();
    }

    @Test
    void inFullLogShouldKeepWhatTheTaskSaysAfterItWasAsked() throws Exception {
        var output = new PipedOutputStream();
        var tail = new LiveTail(KEY, "stdout", 0, 4_096, live::add, System.nanoTime());
        var capture = new StreamCapture(
                new PipedInputStream(output), directory.resolve("stdout"), 10_000, tail, index(), () -> {});
        var thread = new Thread(capture);
        thread.start();
        output.write(bytes(10_500));
        output.flush();
        while (capture.droppedBytes() < 500) {
            Thread.onSpinWait();
        }

        capture.keepLastWords();
        output.write("where I am".getBytes(StandardCharsets.US_ASCII));
        output.write(bytes(2 << 20));
        output.close();
        thread.join();

        String kept = Files.readString(capture.file());
        assertThat(kept)
                .startsWith("x".repeat(10_000) + "\n[millrace: 500 bytes were dropped here;")
                .contains("]\nwhere I amxxx")
                .endsWith(" bytes more were dropped]\n");
        assertThat(kept.length()).isBetween(1 << 20, (1 << 20) + 20_000);
        assertThat(capture.droppedBytes()).isGreaterThan(1 << 20);
    }

    @Test
    void inFullDiskShouldReadOnSoThatTheTaskDoesNotBlockAndSaySo() {
        var tail = new LiveTail(KEY, "stdout", 0, 4_096, live::add, System.nanoTime());
        var output = new ByteArrayInputStream(bytes(200_000));
        var capture = new StreamCapture(output, Path.of("/dev/full"), 1 << 20, tail, index(), () -> {});

        capture.run();

        assertThat(output.available()).isZero();
        assertThat(capture.failed()).isTrue();
    }

    @Test
    void inPieceThatIsNotTakenShouldTellItsSizeWithTheNext() {
        var tail =
                new LiveTail(KEY, "stdout", 1 << 20, 0, chunk -> live.add(chunk) && live.size() > 1, System.nanoTime());

        tail.write(bytes(16 * 1024), 16 * 1024);
        tail.write(bytes(10), 10);
        tail.end();

        assertThat(live).hasSize(2);
        assertThat(live.get(1).skippedBytes()).isEqualTo(16 * 1024);
        assertThat(live.get(1).offset()).isEqualTo(16 * 1024);
    }

    @Test
    void inLittleOutputShouldPublishNothingLive() {
        capture(bytes(4_000), 1 << 20, 65_536).run();

        assertThat(live).isEmpty();
    }

    @Test
    void inOutputWithinTheRateShouldPublishAllOfItInOrder() {
        capture(bytes(50_000), 1 << 20, 65_536).run();

        long position = 0;
        for (OutputChunk chunk : live) {
            assertThat(chunk.offset()).isEqualTo(position);
            assertThat(chunk.skippedBytes()).isZero();
            position += Base64.getDecoder().decode(chunk.base64()).length;
        }
        assertThat(position).isEqualTo(50_000);
    }

    @Test
    void inOutputAboveTheRateShouldStayWithinItAndTellWhatWasLeftOut() {
        var tail = new LiveTail(KEY, "stdout", 1_000, 0, live::add, System.nanoTime());
        tail.write(bytes(900), 900);
        tail.write(bytes(5_000), 5_000);
        tail.end();

        assertThat(live.stream()
                        .mapToInt(it -> Base64.getDecoder().decode(it.base64()).length)
                        .sum())
                .isLessThanOrEqualTo(1_100);
    }

    @Test
    void inCasesOfACrashedRunnerShouldKeepWhatWasFinishedAndAddAnErrorForTheRest() throws Exception {
        Path file = directory.resolve("cases.jsonl");
        Files.writeString(
                file,
                """
                {"unit":"A","class":"A","case":"one","status":"passed","ms":1}
                {"unit":"A","event":"finished","ms":12}
                {"unit":"B","class":"B","case":"two","status":"failed","ms":1}
                {"unit":"B","class":"B","case":"thr""");

        CaseReport report = CaseReport.read(
                file,
                file.resolveSibling("kept"),
                List.of("A", "B", "C"),
                new RunnerEnd("the process was ended by SIGKILL", false),
                new CaseLimits(100, 10_000));

        assertThat(report.counts().found()).isEqualTo(4);
        assertThat(report.counts().failed()).isEqualTo(1);
        assertThat(report.counts().errors()).isEqualTo(2);
        assertThat(report.units())
                .extracting(it -> it.name() + it.finished())
                .containsExactly("Atrue", "Bfalse", "Cfalse");
        assertThat(Files.readString(report.file())).contains("it did not finish: the process was ended by SIGKILL");
    }

    @Test
    void inPiecesOfBothStreamsShouldListThemInTheirOrder() throws Exception {
        var clock = new java.util.concurrent.atomic.AtomicLong(1_000);
        var index = new OutputIndex(directory.resolve("index"), new Clock() {
            @Override
            public java.time.ZoneId getZone() {
                return java.time.ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }

            @Override
            public java.time.Instant instant() {
                return java.time.Instant.ofEpochMilli(clock.get());
            }
        });

        index.kept("stdout", 0, 5);
        index.kept("stdout", 5, 5);
        index.kept("stderr", 0, 3);
        clock.addAndGet(50);
        index.kept("stderr", 3, 3);
        index.close();

        assertThat(Files.readAllLines(java.util.Objects.requireNonNull(index.whole())))
                .containsExactly(
                        "{\"atMs\":1000,\"stream\":\"stdout\",\"offset\":0,\"length\":10}",
                        "{\"atMs\":1000,\"stream\":\"stderr\",\"offset\":0,\"length\":3}",
                        "{\"atMs\":1050,\"stream\":\"stderr\",\"offset\":3,\"length\":3}");
    }

    @Test
    void inEndlessPiecesShouldStopListingThem() throws Exception {
        OutputIndex index = index();
        for (int i = 0; i < 120_000; i++) {
            index.kept(i % 2 == 0 ? "stdout" : "stderr", i / 2, 1);
        }
        index.close();

        assertThat(Files.readAllLines(java.util.Objects.requireNonNull(index.whole())))
                .hasSize(50_000);
    }

    @Test
    void inNoOutputShouldHaveNoIndex() {
        OutputIndex index = index();
        index.close();

        assertThat(index.whole()).isNull();
    }
}
