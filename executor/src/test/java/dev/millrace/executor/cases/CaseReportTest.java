package dev.millrace.executor.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.event.CaseCounts;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class CaseReportTest {
    private static final int MOST = 1_000;
    private static final String FINISHED = "{\"unit\":\"U\",\"event\":\"finished\",\"ms\":5}";

    private final Path directory;
    private final Path runners;

    CaseReportTest(@TempDir Path directory) {
        this.directory = directory;
        this.runners = directory.resolve("cases.jsonl");
    }

    private static String line(int i, String status) {
        return "{\"unit\":\"U\",\"class\":\"U\",\"case\":\"c" + i + "\",\"status\":\"" + status + "\",\"ms\":1}";
    }

    private void write(int cases, String lastStatus) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(runners)) {
            for (int i = 1; i <= cases; i++) {
                out.write(line(i, i == cases ? lastStatus : "passed") + "\n");
            }
            out.write(FINISHED + "\n");
        }
    }

    private CaseReport read(CaseLimits limits) throws IOException {
        return CaseReport.read(
                runners, directory.resolve("kept"), List.of("U"), new RunnerEnd("it ended", true), limits);
    }

    @Test
    void inAsManyCasesAsAreKeptShouldKeepAll() throws Exception {
        write(MOST, "failed");

        CaseReport report = read(new CaseLimits(MOST, Long.MAX_VALUE));

        assertThat(report.leftOut()).isZero();
        assertThat(report.counts()).isEqualTo(new CaseCounts(MOST, 0, 1, 0));
        assertThat(report.failed(9)).containsExactly("U c" + MOST);
    }

    @Test
    void inOneCaseMoreShouldCountItAndSayThatItIsLeftOut() throws Exception {
        write(MOST + 1, "failed");

        CaseReport report = read(new CaseLimits(MOST, Long.MAX_VALUE));

        assertThat(report.leftOut()).isEqualTo(1);
        assertThat(report.counts()).isEqualTo(new CaseCounts(MOST + 1, 0, 1, 0));
        assertThat(report.units()).singleElement().matches(it -> it.finished());
        assertThat(Files.readAllLines(report.file()))
                .hasSize(MOST + 2)
                .contains(FINISHED, "{\"event\":\"left-out\",\"lines\":1}")
                .doesNotContain(line(MOST + 1, "failed"));
    }

    @Test
    void inAsManyBytesAsAreReadShouldKeepAll() throws Exception {
        write(10, "passed");

        CaseReport report = read(new CaseLimits(MOST, Files.size(runners)));

        assertThat(report.leftOut()).isZero();
        assertThat(report.counts()).isEqualTo(new CaseCounts(10, 0, 0, 0));
    }

    @Test
    void inOneByteMoreShouldNotTakeTheUnitForFinishedAndSayWhy() throws Exception {
        write(10, "passed");

        CaseReport report = read(new CaseLimits(MOST, Files.size(runners) - 1));

        assertThat(report.leftOut()).isEqualTo(1);
        assertThat(report.counts()).isEqualTo(new CaseCounts(11, 0, 0, 1));
        assertThat(Files.readString(report.file())).contains("executor.maxCaseBytes");
    }

    @Test
    @Timeout(60)
    void inHugeHoleShouldReadNoMoreThanTheLimitsAllow() throws Exception {
        write(10, "passed");
        try (var file = new RandomAccessFile(runners.toFile(), "rw")) {
            file.setLength(1L << 40);
        }

        CaseReport report = read(new CaseLimits(MOST, 100_000));

        assertThat(report.uncounted()).isTrue();
        assertThat(report.leftOut()).isEqualTo(1);
        assertThat(report.counts()).isEqualTo(new CaseCounts(10, 0, 0, 0));
    }

    @Test
    void inLinesThatSayNothingShouldStopAtTheirLimit() throws Exception {
        Files.writeString(runners, "x\n".repeat(10 * MOST) + line(1, "failed") + "\n" + FINISHED + "\n");

        CaseReport all = read(new CaseLimits(MOST, Long.MAX_VALUE));
        CaseReport fewer = read(new CaseLimits(MOST - 1, Long.MAX_VALUE));

        assertThat(all.counts()).isEqualTo(new CaseCounts(2, 0, 1, 1));
        assertThat(all.leftOut()).isEqualTo(1);
        assertThat(fewer.leftOut()).isEqualTo(9 + 2);
        assertThat(fewer.uncounted()).isFalse();
        assertThat(Files.readString(fewer.file())).contains("executor.maxCases");
    }

    @Test
    void inLineLongerThanAnyResultShouldLeaveItOutAndReadTheRest() throws Exception {
        Files.writeString(
                runners,
                "{\"unit\":\"U\",\"case\":\"" + "x".repeat(2 * CaseLineReader.MAX_LINE_BYTES) + "\"}\n"
                        + line(1, "passed") + "\n" + FINISHED + "\n");

        CaseReport report = read(new CaseLimits(MOST, Long.MAX_VALUE));

        assertThat(report.leftOut()).isEqualTo(1);
        assertThat(report.counts()).isEqualTo(new CaseCounts(1, 0, 0, 0));
    }

    @Test
    void inLineThatIsTooLongOnceItIsUtf8ShouldLeaveItOut() throws Exception {
        byte[] line = ("{\"unit\":\"U\",\"case\":\"" + "x".repeat(CaseLineReader.MAX_LINE_BYTES / 2) + "\"}\n"
                        + FINISHED + "\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < line.length; i++) {
            line[i] = line[i] == 'x' ? (byte) 0xff : line[i];
        }
        Files.write(runners, line);

        CaseReport report = read(new CaseLimits(MOST, Long.MAX_VALUE));

        assertThat(report.leftOut()).isEqualTo(1);
        assertThat(Files.readAllLines(report.file())).containsExactly(FINISHED, "{\"event\":\"left-out\",\"lines\":1}");
    }

    /** The gateway reads such a line in the same way. */
    @Test
    void inLineThatIsACaseAndAnEndShouldCountTheCase() throws Exception {
        Files.writeString(runners, line(1, "failed").replace("\"ms\"", "\"event\":\"finished\",\"ms\"") + "\n");

        CaseReport report = read(new CaseLimits(MOST, Long.MAX_VALUE));

        // The second case is the error that the unit did not finish.
        assertThat(report.counts()).isEqualTo(new CaseCounts(2, 0, 1, 1));
        assertThat(report.failed(9)).containsExactly("U c1", "U did not finish");
    }

    @Test
    void inReadingAgainShouldSayTheSame() throws Exception {
        Files.writeString(runners, line(1, "passed") + "\n{\"unit\":\"U\",\"ca");

        CaseReport first = read(new CaseLimits(MOST, Long.MAX_VALUE));
        List<String> lines = Files.readAllLines(first.file());

        assertThat(read(new CaseLimits(MOST, Long.MAX_VALUE))).isEqualTo(first);
        assertThat(Files.readAllLines(first.file())).isEqualTo(lines);
    }
}
