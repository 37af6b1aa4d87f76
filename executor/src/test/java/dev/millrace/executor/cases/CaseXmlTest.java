package dev.millrace.executor.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.event.CaseCounts;
import dev.millrace.schemas.event.UnitResult;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class CaseXmlTest {
    private static final int MIB = 1 << 20;

    private final Path directory;
    private final Path kept;

    CaseXmlTest(@TempDir Path directory) throws IOException {
        this.directory = Files.createDirectory(directory.resolve("reports"));
        this.kept = directory.resolve("kept");
    }

    private static final String CASE = "<testcase classname='A' name='one' time='0'/>";
    private static final CaseLimits LIMITS = new CaseLimits(100_000, 64L << 20);

    private void write(String name, String xml) throws IOException {
        Files.writeString(directory.resolve(name), xml);
    }

    private CaseReport read(String... units) throws IOException {
        return CaseReport.read(
                directory.resolve("cases.jsonl"),
                kept,
                List.of(units),
                new RunnerEnd("the process died", true),
                LIMITS);
    }

    private List<String> finished(CaseReport report) {
        return report.units().stream()
                .filter(UnitResult::finished)
                .map(UnitResult::name)
                .toList();
    }

    @Test
    void inReportsOfSeveralFilesShouldCountEachCaseForItsUnit() throws IOException {
        write(
                "a.xml",
                """
                <testsuites><testsuite name="A"><testcase classname="A" name="one" time="0.25"/>
                <testcase classname="A" name="two" time="0.5"><failure message="off">by one</failure></testcase>
                </testsuite></testsuites>
                """);
        write(
                "b.xml",
                """
                <testsuite><testcase classname="B" name="three" time="1"><skipped/></testcase>
                <testcase classname="Elsewhere" name="four" time="1"/></testsuite>
                """);

        CaseReport report = read("A", "B");

        assertThat(report.counts()).isEqualTo(new CaseCounts(3, 1, 1, 0));
        assertThat(finished(report)).containsExactly("A", "B");
        assertThat(report.failed(10)).containsExactly("A two");
    }

    @Test
    void inWhatCtestCouldNotRunShouldCountAnErrorAndInWhatItSkippedNone() throws IOException {
        // This is the format of ctest 3.25.
        write(
                "ctest.xml",
                """
                <testsuite name="(empty)" tests="6" failures="0" disabled="1" skipped="5">
                <testcase name="unbuilt" classname="unbuilt" time="0" status="notrun">
                <skipped message="Unable to find executable"/>
                <system-out>Unable to find executable: /b/unbuilt</system-out></testcase>
                <testcase name="needs" classname="needs" time="0" status="notrun">
                <skipped message="Fixture dependency failed"/></testcase>
                <testcase name="files" classname="files" time="0" status="notrun">
                <skipped message="Required Files Missing"/></testcase>
                <testcase name="code" classname="code" time="0" status="notrun">
                <skipped message="SKIP_RETURN_CODE=77"/></testcase>
                <testcase name="words" classname="words" time="0" status="notrun">
                <skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/></testcase>
                <testcase name="off" classname="off" time="0" status="disabled">
                <system-out>Disabled</system-out></testcase>
                </testsuite>
                """);
        // GoogleTest reports a disabled test in this way.
        write(
                "gtest.xml",
                "<testsuite><testcase classname='G' name='DISABLED_x' status='notrun' result='suppressed' time='0'/>"
                        + "</testsuite>");

        CaseReport report = read("unbuilt", "needs", "files", "code", "words", "off", "G.DISABLED_x");

        assertThat(report.counts()).isEqualTo(new CaseCounts(7, 4, 0, 3));
        assertThat(report.failed(10)).containsExactly("unbuilt unbuilt", "needs needs", "files files");
    }

    private String lines() throws IOException {
        return Files.readString(kept);
    }

    @Test
    void inShardShouldNameItsFailedCases() throws IOException {
        write(
                "gtest.xml",
                """
                <testsuites tests="2"><testsuite name="B"><testcase classname="B" name="x" status="run" result="completed" time="0">
                <failure message="off"/></testcase>
                <testcase classname="B" name="DISABLED_y" status="notrun" result="suppressed" time="0"/></testsuite></testsuites>
                """);

        CaseReport report = read("shard-1-of-2");

        assertThat(report.counts()).isEqualTo(new CaseCounts(2, 1, 1, 0));
        assertThat(lines()).contains("\"id\":\"B.x\"").doesNotContain("\"whole\"");
    }

    @Test
    void inShardWithWhatNoCaseTellsOfShouldWantAllOfItAgain() throws IOException {
        // GoogleTest 1.12 reports a suite whose set-up failed in this way.
        write(
                "gtest.xml",
                """
                <testsuites tests="2"><testsuite name="A"><testcase classname="A" name="w" status="run" result="skipped" time="0">
                <skipped message=""/></testcase></testsuite>
                <testsuite name="B"><testcase classname="B" name="x" status="run" result="completed" time="0">
                <failure message="off"/></testcase></testsuite></testsuites>
                """);

        read("shard-1-of-2");

        assertThat(lines()).contains("\"settles-nothing\"");
    }

    /** In the next process, the number of a parameter may stand for another value. Therefore the id must select all numbers. */
    @Test
    void inShardShouldNameNoParameterOfAFailedCase() throws IOException {
        write(
                "gtest.xml",
                """
                <testsuites tests="1"><testsuite name="P/B"><testcase classname="P/B" name="x/3" status="run" result="completed" time="0">
                <failure message="off"/></testcase></testsuite></testsuites>
                """);

        read("shard-1-of-2");

        assertThat(lines()).doesNotContain("\"id\"");
    }

    @Test
    void inTestThatFailsAndThenSkipsItselfShouldTellTheFailure() throws IOException {
        write(
                "gtest.xml",
                """
                <testsuites tests="1"><testsuite name="A"><testcase classname="A" name="one" status="run" result="completed" time="0">
                <failure message="no connection"/><skipped message="nothing to test"/></testcase></testsuite></testsuites>
                """);

        assertThat(read("A.one").counts()).isEqualTo(new CaseCounts(1, 0, 1, 0));
        assertThat(lines()).contains("no connection");
    }

    private List<String> left(String... units) throws IOException {
        return EarlierCases.of(read(units).file(), List.of(units))
                .map(EarlierCases::left)
                .orElse(List.of(units));
    }

    /** Later versions of GoogleTest report a suite whose set-up failed as skipped tests and a failure without a name. */
    @Test
    void inFailureThatBelongsToNoTestShouldSettleNothing() throws IOException {
        write(
                "gtest.xml",
                """
                <testsuites tests="3"><testsuite name="A">
                <testcase classname="A" name="one" status="run" result="skipped" time="0"><skipped message=""/></testcase>
                <testcase classname="" name="" status="run" result="completed" time="0"><failure message="no database"/></testcase>
                </testsuite>
                <testsuite name="B"><testcase classname="B" name="bad" status="run" result="completed" time="0">
                <failure message="off"/></testcase></testsuite>
                <testsuite name="C"><testcase classname="C" name="good" status="run" result="completed" time="0"/></testsuite>
                </testsuites>
                """);

        assertThat(left("A.one", "B.bad", "C.good")).containsExactly("A.one", "B.bad", "C.good");
    }

    @Test
    void inSkippedTestBesideAFailedOneShouldRunEverythingAgain() throws IOException {
        write(
                "gtest.xml",
                """
                <testsuites tests="3"><testsuite name="A">
                <testcase classname="A" name="one" status="run" result="skipped" time="0"><skipped message=""/></testcase>
                <testcase classname="A" name="DISABLED_two" status="notrun" result="suppressed" time="0"/></testsuite>
                <testsuite name="B"><testcase classname="B" name="bad" status="run" result="completed" time="0">
                <failure message="off"/></testcase></testsuite></testsuites>
                """);

        assertThat(left("A.one", "A.DISABLED_two", "B.bad")).containsExactly("A.one", "A.DISABLED_two", "B.bad");
    }

    @Test
    void inShardShouldCountATestThatIsCalledLikeItsSuite() throws IOException {
        write(
                "gtest.xml",
                "<testsuites tests='1'><testcase classname='Foo' name='Foo' status='run' result='completed' time='0'/></testsuites>");

        CaseReport report = read("shard-1-of-8");

        assertThat(report.counts()).isEqualTo(new CaseCounts(1, 0, 0, 0));
        assertThat(finished(report)).containsExactly("shard-1-of-8");
    }

    @Test
    void inCtestTestsOfWhichOneIsCalledLikeASuiteShouldTellThemApart() throws IOException {
        write(
                "ctest.xml",
                "<testsuite><testcase name='foo' classname='foo' time='0' status='run'/>"
                        + "<testcase name='foo.foo' classname='foo.foo' time='0' status='run'/></testsuite>");

        assertThat(finished(read("foo", "foo.foo"))).containsExactly("foo", "foo.foo");
    }

    @Test
    void inShardWithNothingInItShouldBeFinished() throws IOException {
        write("gtest.xml", "<testsuites tests='0' failures='0'></testsuites>");

        assertThat(finished(read("shard-8-of-8"))).containsExactly("shard-8-of-8");
        assertThat(read("shard-8-of-8").counts()).isEqualTo(CaseCounts.NONE);
    }

    @Test
    void inReportCutOffShouldKeepTheCasesBeforeAndLeaveItsUnitOpen() throws IOException {
        write("a.xml", "<testsuite><testcase classname='A' name='one' time='0'/><testcase classname='A' na");

        CaseReport report = read("A");

        // The first is the complete case of the report. The second is the error that the unit did not finish.
        assertThat(report.counts()).isEqualTo(new CaseCounts(2, 0, 0, 1));
        assertThat(finished(report)).isEmpty();
    }

    @Test
    void inOneOfTwoReportsCutOffShouldLeaveEveryUnitOpen() throws IOException {
        write("a.xml", "<testsuite><testcase classname='A' name='one' time='0'/></testsuite>");
        write("b.xml", "<testsuite><testcase classname='B' name='two' time='0'/><testcase classname='A' name='th");

        assertThat(finished(read("A", "B"))).isEmpty();
    }

    @Test
    void inMoreReportsThanAreReadShouldLeaveEveryUnitOpen() throws IOException {
        for (int i = 0; i < 101; i++) {
            write("r" + i + ".xml", "<testsuite><testcase classname='A' name='c" + i + "' time='0'/></testsuite>");
        }

        CaseReport report = read("A");

        assertThat(report.counts().found()).isEqualTo(101);
        assertThat(report.counts().errors()).isEqualTo(1);
        assertThat(finished(report)).isEmpty();
    }

    @Test
    void inEntitiesShouldReadNoFile() throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), "s3cret");
        write(
                "a.xml",
                "<!DOCTYPE x [<!ENTITY e SYSTEM 'file://" + secret
                        + "'>]><testsuite><testcase classname='A' name='one'>"
                        + "<failure message='m'>&e;</failure></testcase></testsuite>");

        read("A");

        assertThat(kept).content().doesNotContain("s3cret");
    }

    @Test
    void inMoreTextThanIsKeptOfAllFilesTogetherShouldStillBeReadable() throws IOException {
        // The lines that are kept are longer than the text in the reports, because each backslash is written as two
        // characters.
        String trace = "\\".repeat(20_000);
        for (int file = 0; file < 4; file++) {
            try (BufferedWriter out = Files.newBufferedWriter(directory.resolve(file + ".xml"))) {
                out.write("<testsuite>");
                for (int i = 0; i < 14 * MIB / trace.length(); i++) {
                    out.write("<testcase classname='U" + file + "' name='c" + i + "'><error>" + trace
                            + "</error></testcase>");
                }
                out.write("</testsuite>");
            }
        }

        CaseReport report = read("U0", "U1", "U2", "U3");

        assertThat(Files.size(kept)).isBetween(59L * MIB, 64L * MIB);
        // No unit counts as finished, because the part that was not read may contain cases of any unit.
        assertThat(finished(report)).isEmpty();
        assertThat(report.counts().errors()).isGreaterThan(1_000);
    }

    private void assertRefused(String name, String xml, String why) throws IOException {
        write(name, xml);

        CaseReport report = read("A");

        assertThat(finished(report)).isEmpty();
        assertThat(lines()).contains("its report " + name + " cannot be read: ", why);
    }

    @Test
    void inElementsNestedDeeperThanReportsAreShouldSaySoAndLeaveTheUnitOpen() throws IOException {
        String deep = "<a>".repeat(100_000) + "</a>".repeat(100_000);

        assertRefused("a.xml", "<testsuite>" + CASE + deep + "</testsuite>", "nested deeper than 100");
        assertRefused(
                "a.xml", "<testsuite>" + CASE.replace("/>", ">" + deep + "</testcase>") + "</testsuite>", "deeper");
        assertThat(lines()).as("of the case before it").doesNotContain("passed");
    }

    /** The parser holds each of these tokens in memory as a whole, so their length must be limited. */
    @Test
    void inOneTokenOfMegabytesShouldSaySoAndLeaveTheUnitOpen() throws IOException {
        String large = "x".repeat(2 * MIB);
        for (String token : List.of(
                "<a b='" + large + "'/>",
                "<a" + " ".repeat(2 * MIB) + "/>",
                "<!--" + large + "-->",
                "<?p " + large + "?>",
                "<failure><![CDATA[" + large + "]]></failure>")) {
            assertRefused("a.xml", "<testsuite>" + CASE + token + "</testsuite>", "longer than 1048576 bytes");
        }
        assertRefused("a.xml", "<?xml version='1.0'" + " ".repeat(2 * MIB) + "?><testsuite/>", "longer than");
    }

    /** The parser keeps every name until the end of the file, so the number of different names must be limited. */
    @Test
    void inNamesWithoutNumberShouldSaySoAndLeaveTheUnitOpen() throws IOException {
        for (String element :
                List.of("<a%d/>", "<a b%d=''/>", "<a%d:b/>", "<a%d:b xmlns:a%<d=''/>", "<a b%d:c=''/>", "<?a%d?>")) {
            String many = IntStream.range(0, 20_000)
                    .mapToObj(element.replace("=''", "='u'")::formatted)
                    .collect(Collectors.joining());

            assertRefused("a.xml", "<testsuite>" + CASE + many + "</testsuite>", "too many different names");
        }
    }

    /**
     * The parser compares each namespace declaration of a tag with all earlier ones. With so many declarations this takes seconds for a
     * single tag.
     */
    @Test
    @Timeout(60)
    void inTagOfVeryManyDeclarationsShouldSaySoAndReadNoFurtherFile() throws IOException {
        String many =
                IntStream.range(0, 60_000).mapToObj(" xmlns:p%d='u'"::formatted).collect(Collectors.joining());
        write("b.xml", "<testsuite>" + CASE.replace("/>", "><failure/></testcase>") + "</testsuite>");

        assertRefused("a.xml", "<testsuite" + many + ">" + CASE + "</testsuite>", "more than 100 attributes");
        assertThat(lines()).as("of the file behind it").doesNotContain("failed");
    }

    @Test
    void inReportWithNamespacesShouldReadItsCases() throws IOException {
        write(
                "a.xml",
                "<j:testsuite xmlns:j='urn:j' xmlns='urn:other'><j:testcase classname='A' name='one' time='0'>"
                        + "<j:failure j:message='off'/></j:testcase></j:testsuite>");

        CaseReport report = read("A");

        assertThat(finished(report)).containsExactly("A");
        assertThat(report.failed(2)).containsExactly("A one");
    }

    @Test
    void inDocumentTypeShouldSaySoAndLeaveTheUnitOpen() throws IOException {
        assertRefused("a.xml", "<!DOCTYPE a [<!ENTITY e 'x'>]><testsuite>" + CASE + "</testsuite>", "document type");
    }

    @Test
    void inTextOfMegabytesShouldKeepItsBeginning() throws IOException {
        write(
                "a.xml",
                "<testsuite><testcase classname='A' name='one'><failure>" + "line\n".repeat(MIB)
                        + "</failure></testcase></testsuite>");

        CaseReport report = read("A");

        assertThat(finished(report)).containsExactly("A");
        assertThat(report.failed(2)).containsExactly("A one");
    }
}
