package dev.millrace.executor.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.event.CaseCounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EarlierCasesTest {
    private static final String SETTLED =
            """
            {"unit":"A","class":"A","case":"one","status":"passed","ms":5}
            {"unit":"A","event":"finished","ms":6}
            """;
    private static final String PARTIAL =
            """
            {"unit":"B","class":"B","case":"good","status":"passed","ms":7}
            {"unit":"B","class":"B","case":"bad","id":"[b]","status":"failed","ms":30}
            {"unit":"B","event":"finished","ms":40}
            """;
    private static final String WHOLE =
            """
            {"unit":"C","class":"C","case":"good","status":"passed","ms":1}
            {"unit":"C","class":"C","case":"unnamed","status":"failed","ms":0}
            {"unit":"C","event":"finished","ms":1}
            """;
    private static final String CUT_OFF =
            """
            {"unit":"D","class":"D","case":"good","status":"passed","ms":1}
            {"unit":"D","class":"D","ca""";

    private static final CaseLimits LIMITS = new CaseLimits(100, 100_000);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private Optional<EarlierCases> read(String lines, String... planned) throws IOException {
        return EarlierCases.of(Files.writeString(directory.resolve("earlier"), lines), List.of(planned));
    }

    private EarlierCases of(String lines, String... planned) throws IOException {
        return read(lines, planned).orElseThrow();
    }

    private CaseReport merged(EarlierCases earlier, String now) throws IOException {
        Path lines = Files.writeString(directory.resolve("cases.jsonl"), now);
        return earlier.with(
                CaseReport.read(lines, directory.resolve("kept"), earlier.left(), new RunnerEnd("ended", true), LIMITS),
                directory.resolve("merged"),
                LIMITS);
    }

    @Test
    void inEveryKindOfUnitShouldLeaveWhatIsNotSettled() throws IOException {
        var earlier = of(SETTLED + PARTIAL + WHOLE + CUT_OFF, "A", "B", "C", "D", "E");

        boolean tells = earlier.write(directory.resolve("retry"));

        assertThat(earlier.left()).containsExactly("B", "C", "D", "E");
        assertThat(tells).isTrue();
        assertThat(directory.resolve("retry")).hasContent("B\t[b]");
    }

    @Test
    void inResultOfTheRetryShouldBeWhole() throws IOException {
        var earlier = of(SETTLED + PARTIAL, "A", "B");

        CaseReport merged = merged(
                earlier,
                """
                {"unit":"B","class":"B","case":"bad","status":"passed","ms":20}
                {"unit":"B","event":"finished","ms":21}
                """);

        assertThat(merged.counts()).isEqualTo(new CaseCounts(3, 0, 0, 0));
        assertThat(merged.units()).hasSize(1);
        // In the first attempt the unit took 40 ms, and its failed case took 30 of them. The remaining 10 ms are added
        // to the 21 ms of the
        // retry.
        assertThat(merged.units().get(0).durationMs()).isEqualTo(31);
        assertThat(merged.units().get(0).counts()).isEqualTo(new CaseCounts(2, 0, 0, 0));
        assertThat(Files.readAllLines(merged.file())).hasSize(6);
        assertThat(EarlierCases.of(merged.file(), List.of("A", "B"))).isEmpty();
    }

    @Test
    void inFailedCaseThatDidNotRunAgainShouldStayAnErrorAndEverythingRunNext() throws IOException {
        var earlier = of(
                SETTLED
                        + """
                        {"unit":"B","class":"B","case":"flaky","id":"[f]","status":"failed","ms":3}
                        """
                        + PARTIAL,
                "A",
                "B");

        CaseReport merged = merged(
                earlier,
                """
                {"unit":"B","class":"B","case":"flaky","status":"passed","ms":20}
                {"unit":"B","event":"finished","ms":21}
                """);

        assertThat(merged.counts()).isEqualTo(new CaseCounts(4, 0, 0, 1));
        assertThat(merged.failed(9)).containsExactly("B bad");
        assertThat(EarlierCases.of(merged.file(), List.of("A", "B"))).isEmpty();
    }

    /** Half of a surrogate pair cannot be written as UTF-8, so the id cannot be passed to a runner. */
    @Test
    void inIdWithHalfACharacterShouldRunTheUnitWhole() throws IOException {
        var earlier = of(
                SETTLED
                        + """
                        {"unit":"B","class":"B","case":"half","id":"[\\ud800]","status":"failed","ms":3}
                        {"unit":"B","event":"finished","ms":4}
                        """,
                "A",
                "B");

        assertThat(earlier.write(directory.resolve("retry"))).isFalse();
        assertThat(earlier.left()).containsExactly("B");
    }

    @Test
    void inNothingToLeaveOutShouldRunEverything() throws IOException {
        assertThat(read("", "A")).isEmpty();
        assertThat(read(SETTLED, "A")).isEmpty();
        assertThat(read(WHOLE, "C")).isEmpty();
    }

    /**
     * One of the lines that were not kept may report a failure. It may belong to a unit that seems settled, or to a unit with another
     * failure.
     */
    @Test
    void inResultsOfWhichSomeWereNotKeptShouldRunEverything() throws IOException {
        Path lines = Files.writeString(
                directory.resolve("cases.jsonl"),
                PARTIAL
                        + """
                        {"unit":"A","class":"A","case":"always","id":"[a]","status":"failed","ms":5}
                        {"unit":"A","event":"finished","ms":6}
                        """);
        Path kept = directory.resolve("kept");
        List<String> units = List.of("A", "B");

        CaseReport all = CaseReport.read(lines, kept, units, new RunnerEnd("ended", true), LIMITS);
        assertThat(EarlierCases.of(all.file(), units)).isPresent();
        CaseReport some = CaseReport.read(lines, kept, units, new RunnerEnd("ended", true), new CaseLimits(2, 100_000));

        assertThat(some.leftOut()).isEqualTo(1);
        assertThat(EarlierCases.of(some.file(), units)).isEmpty();
    }

    @Test
    void inMergedResultsThatHaveNoRoomShouldSaySoToTheNext() throws IOException {
        var earlier = of(
                SETTLED
                        + PARTIAL
                        + """
                        {"unit":"C","class":"C","case":"last","id":"[l]","status":"failed","ms":3}
                        {"unit":"C","event":"finished","ms":4}
                        """,
                "A",
                "B",
                "C");
        Path now = Files.writeString(
                directory.resolve("cases.jsonl"),
                """
                {"unit":"B","class":"B","case":"bad","id":"[b]","status":"failed","ms":20}
                {"unit":"B","event":"finished","ms":21}
                {"unit":"C","class":"C","case":"last","id":"[l]","status":"failed","ms":3}
                {"unit":"C","event":"finished","ms":4}
                """);
        CaseReport report =
                CaseReport.read(now, directory.resolve("kept"), earlier.left(), new RunnerEnd("ended", true), LIMITS);

        CaseReport merged = earlier.with(report, directory.resolve("merged"), new CaseLimits(3, 100_000));

        assertThat(merged.leftOut()).isEqualTo(1);
        assertThat(EarlierCases.of(merged.file(), List.of("A", "B", "C"))).isEmpty();
    }

    private CaseReport report(String lines, RunnerEnd end, List<String> units) throws IOException {
        Path file = Files.writeString(directory.resolve("cases.jsonl"), lines);
        return CaseReport.read(file, directory.resolve("kept"), units, end, LIMITS);
    }

    /**
     * For example, a test passes but leaves a thread behind, so that the process hangs at its end. A retry without this test would not
     * hang.
     */
    @Test
    void inProcessThatFailedAfterItsUnitsShouldRunEverything() throws IOException {
        var timedOut = new RunnerEnd("the task timed out", false);
        List<String> units = List.of("A", "B");

        CaseReport report = report(SETTLED + PARTIAL, timedOut, units);

        assertThat(report.settlesNothing()).contains("the task timed out");
        assertThat(EarlierCases.of(report.file(), units)).isEmpty();
    }

    /** An earlier test may have left behind what caused the crash. */
    @Test
    void inProcessThatFailedWithinAUnitShouldRunEverything() throws IOException {
        var crashed = new RunnerEnd("the process was ended by SIGSEGV", false);
        List<String> units = List.of("A", "B", "D");

        CaseReport report = report(SETTLED + PARTIAL + CUT_OFF, crashed, units);

        assertThat(report.counts().errors()).isEqualTo(1);
        assertThat(EarlierCases.of(report.file(), units)).isEmpty();
    }

    /** A thread that an earlier test left behind may have ended the process, even with the exit code that stands for failed cases. */
    @Test
    void inRunnerThatEndedWithinAUnitShouldRunEverything() throws IOException {
        var exited = new RunnerEnd("the command exited with code 1", true);
        List<String> units = List.of("A", "B", "D");

        CaseReport report = report(SETTLED + PARTIAL + CUT_OFF, exited, units);

        assertThat(report.settlesNothing()).contains("the runner ended before its units had finished");
        assertThat(EarlierCases.of(report.file(), units)).isEmpty();
    }

    /**
     * The case may have been skipped because of a failure, even one in another unit. It cannot be retried alone, because it may need other
     * cases.
     */
    @Test
    void inCaseThatWasSkippedAfterAFailureShouldRunEverything() throws IOException {
        String skipped =
                """
                {"unit":"A","class":"A","case":"two","status":"skipped","ms":0}
                {"unit":"A","event":"finished","ms":6}
                """;

        assertThat(read(PARTIAL + skipped, "A", "B")).isEmpty();
        assertThat(of(skipped + PARTIAL, "A", "B").left()).containsExactly("B");
    }

    /** Its set-up failed, and nobody knows which cases it needs. */
    @Test
    void inCaseInErrorShouldRunEverything() throws IOException {
        String error =
                """
                {"unit":"A","class":"A","case":"one","status":"error","ms":0}
                {"unit":"A","event":"finished","ms":6}
                """;

        assertThat(read(error + PARTIAL, "A", "B")).isEmpty();
    }

    /** The number of a parameter may stand for another value in the next process. */
    @Test
    void inUnitsThatAreParametersOfOneCaseShouldRunAllOfThem() throws IOException {
        var earlier = of(
                """
                {"unit":"t.py::f[x0]","class":"t.py","case":"f[x0]","id":"t.py::f","status":"failed","ms":1}
                {"unit":"t.py::f[x0]","event":"finished","ms":1}
                {"unit":"t.py::f[x1]","class":"t.py","case":"f[x1]","status":"passed","ms":1}
                {"unit":"t.py::f[x1]","event":"finished","ms":1}
                {"unit":"t.py::U::g_0","class":"t.py::U","case":"g_0","status":"failed","ms":1}
                {"unit":"t.py::U::g_0","event":"finished","ms":1}
                {"unit":"t.py::U::g_1_one","class":"t.py::U","case":"g_1_one","status":"passed","ms":1}
                {"unit":"t.py::U::g_1_one","event":"finished","ms":1}
                {"unit":"t.py::P_0::k","class":"t.py::P_0","case":"k","status":"failed","ms":1}
                {"unit":"t.py::P_0::k","event":"finished","ms":1}
                {"unit":"t.py::P_1::k","class":"t.py::P_1","case":"k","status":"passed","ms":1}
                {"unit":"t.py::P_1::k","event":"finished","ms":1}
                {"unit":"t.py::U::h","class":"t.py::U","case":"h","status":"passed","ms":1}
                {"unit":"t.py::U::h","event":"finished","ms":1}
                {"unit":"I/S.T/0","class":"I/S","case":"T/0","status":"failed","ms":1}
                {"unit":"I/S.T/0","event":"finished","ms":1}
                {"unit":"I/S.T/1","class":"I/S","case":"T/1","status":"passed","ms":1}
                {"unit":"I/S.T/1","event":"finished","ms":1}
                {"unit":"I/S.U/1","class":"I/S","case":"U/1","status":"passed","ms":1}
                {"unit":"I/S.U/1","event":"finished","ms":1}
                """,
                "t.py::f[x0]",
                "t.py::f[x1]",
                "t.py::U::g_0",
                "t.py::U::g_1_one",
                "t.py::P_0::k",
                "t.py::P_1::k",
                "t.py::U::h",
                "I/S.T/0",
                "I/S.T/1",
                "I/S.U/1");

        assertThat(earlier.left())
                .containsExactly(
                        "t.py::f[x0]",
                        "t.py::f[x1]",
                        "t.py::U::g_0",
                        "t.py::U::g_1_one",
                        "t.py::P_0::k",
                        "t.py::P_1::k",
                        "I/S.T/0",
                        "I/S.T/1");
    }

    @Test
    void inCasesThatTheSuiteDeclaresAsSkippedShouldHaveNothingToRun() throws IOException {
        String declared =
                """
                {"unit":"A","class":"A","case":"two","status":"skipped","ms":0,"declared":true}
                {"unit":"A","event":"finished","ms":6}
                """;

        assertThat(of(PARTIAL + declared, "A", "B").left()).containsExactly("B");
    }

    /**
     * For example, a case that is expected to fail passes in the first attempt, which is reported as a failure. If it fails in the retry as
     * expected, its status is skipped.
     */
    @Test
    void inFailedCaseThatRanThoughItsStatusIsSkippedShouldTakeIt() throws IOException {
        var earlier = of(SETTLED + PARTIAL, "A", "B");

        CaseReport merged = merged(
                earlier,
                """
                {"unit":"B","class":"B","case":"bad","status":"skipped","ms":1,"ran":true,"declared":true}
                {"unit":"B","event":"finished","ms":2}
                """);

        assertThat(merged.counts()).isEqualTo(new CaseCounts(3, 1, 0, 0));
    }

    /** The case may need another case that did not run again. Then no retry of this case alone could ever pass. */
    @Test
    void inCaseThatFailsAgainAloneShouldRunEverythingNext() throws IOException {
        var earlier = of(SETTLED + PARTIAL, "A", "B");

        CaseReport merged = merged(
                earlier,
                """
                {"unit":"B","class":"B","case":"bad","id":"[b]","status":"failed","ms":1}
                {"unit":"B","event":"finished","ms":2}
                """);

        assertThat(EarlierCases.of(merged.file(), List.of("A", "B"))).isEmpty();
    }

    /** The case may have been skipped because it needs a case that passed before and did not run again. */
    @Test
    void inFailedCaseThatIsSkippedNowShouldTellTheErrorAndRunEverythingNext() throws IOException {
        var earlier = of(SETTLED + PARTIAL, "A", "B");

        CaseReport merged = merged(
                earlier,
                """
                {"unit":"B","class":"B","case":"bad","id":"[b]","status":"skipped","ms":1,"message":"needs good"}
                {"unit":"B","event":"finished","ms":2}
                """);

        assertThat(merged.counts()).isEqualTo(new CaseCounts(3, 0, 0, 1));
        assertThat(merged.units().get(0).counts()).isEqualTo(new CaseCounts(2, 0, 0, 1));
        assertThat(merged.failed(10)).containsExactly("B bad");
        assertThat(EarlierCases.of(merged.file(), List.of("A", "B"))).isEmpty();
    }

    @Test
    void inUnitThatRanWholeShouldNotForgetAFailedCaseThatIsSkippedNow() throws IOException {
        var earlier = of(SETTLED + WHOLE, "A", "C");

        CaseReport merged = merged(
                earlier,
                """
                {"unit":"C","class":"C","case":"good","status":"passed","ms":1}
                {"unit":"C","class":"C","case":"unnamed","status":"skipped","ms":0}
                {"unit":"C","event":"finished","ms":1}
                """);

        assertThat(merged.counts()).isEqualTo(new CaseCounts(3, 0, 0, 1));
    }

    @Test
    void inRunnerThatSaysSoShouldRunEverything() throws IOException {
        String says = "{\"event\":\"settles-nothing\",\"message\":\"the teardown of t failed\"}\n";
        List<String> units = List.of("A", "B");

        CaseReport report = report(says + SETTLED + PARTIAL, new RunnerEnd("ended", true), units);

        assertThat(report.settlesNothing()).contains("the teardown of t failed");
        assertThat(EarlierCases.of(report.file(), units)).isEmpty();
    }

    @Test
    void inRetryThatFailedAfterItsUnitsShouldRunEverythingNext() throws IOException {
        var earlier = of(SETTLED + PARTIAL, "A", "B");
        String again =
                """
                {"unit":"B","class":"B","case":"bad","id":"[b]","status":"failed","ms":20}
                {"unit":"B","event":"finished","ms":21}
                """;

        CaseReport merged = earlier.with(
                report(again, new RunnerEnd("the command exited with code 23", false), earlier.left()),
                directory.resolve("merged"),
                LIMITS);

        assertThat(EarlierCases.of(merged.file(), List.of("A", "B"))).isEmpty();
    }
}
