package dev.millrace.gateway.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.event.CaseCounts;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaseIndexTest {
    private Path file = Path.of("");

    @BeforeEach
    void in(@TempDir Path directory) {
        file = directory.resolve("cases.jsonl");
    }

    private static String line(String unit, String name, String status) {
        return "{\"unit\":\"" + unit + "\",\"case\":\"" + name + "\",\"status\":\"" + status + "\",\"ms\":1}";
    }

    private static String end(String unit, int ms) {
        return "{\"unit\":\"" + unit + "\",\"event\":\"finished\",\"ms\":" + ms + "}";
    }

    private String merged(CaseIndex.Limits limits, List<String> lines) throws Exception {
        Files.write(file, lines);
        var out = new ByteArrayOutputStream();
        var xml = new JUnitXml(out);
        xml.begin("job", CaseCounts.NONE, 0);
        CaseIndex.of(file, limits).write(xml, "the task");
        xml.end();
        return out.toString(StandardCharsets.UTF_8);
    }

    private static List<String> all(String xml, String pattern) {
        return Pattern.compile(pattern)
                .matcher(xml)
                .results()
                .map(it -> it.group(1))
                .toList();
    }

    @Test
    void putsTheCasesOfAUnitTogetherHoweverTheyAlternate() throws Exception {
        String xml = merged(
                CaseIndex.Limits.DEFAULT,
                List.of(
                        line("A", "a1", "passed"),
                        line("B", "b1", "failed"),
                        "",
                        "{\"unit\":\"A\",\"case\":\"cut off by its death",
                        line("A", "a2", "skipped"),
                        end("B", 7),
                        line("A", "a3", "error"),
                        line("B", "b2", "passed"),
                        end("A", 9)));

        assertThat(all(xml, "<testcase classname=\"[AB]\" name=\"(.*?)\""))
                .containsExactly("a1", "a2", "a3", "b1", "b2");
        assertThat(all(xml, "<testsuite (.*?)>"))
                .containsExactly(
                        "name=\"A\" tests=\"3\" failures=\"0\" errors=\"1\" skipped=\"1\" time=\"0.009\"",
                        "name=\"B\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\" time=\"0.007\"");
    }

    @Test
    void writesOneSuiteOfResultsThatTheIndexCannotHold() throws Exception {
        var lines = new ArrayList<String>();
        for (int i = 0; i < 50; i++) {
            lines.add(line("A", "a" + i, "passed"));
            lines.add(line("B", "b" + i, "failed"));
        }
        for (var limits : List.of(
                new CaseIndex.Limits(1, 1_000, 1_000),
                new CaseIndex.Limits(10, 20, 1_000),
                new CaseIndex.Limits(10, 1_000, 1))) {
            String xml = merged(limits, lines);

            assertThat(all(xml, "<testsuite (.*?) time"))
                    .containsExactly("name=\"the task\" tests=\"100\" failures=\"50\" errors=\"0\" skipped=\"0\"");
            assertThat(all(xml, "name=\"([ab][0-9]+)\"")).hasSize(100).startsWith("a0", "b0", "a1");
        }
    }

    @Test
    void passesOverLinesThatAreTooLongAndWhatIsNoObject() throws Exception {
        String xml = merged(
                CaseIndex.Limits.DEFAULT,
                List.of(line("A", "x".repeat(2 << 20), "passed"), "[1]", "17", line("A", "after", "passed")));

        assertThat(all(xml, "<testcase classname=\"A\" name=\"(.*?)\"")).containsExactly("after");
    }

    /** The executor also reads such a line as a case; otherwise the report would not match the counts. */
    @Test
    void writesTheCaseOfALineThatIsAnEndAsWell() throws Exception {
        String xml = merged(
                CaseIndex.Limits.DEFAULT,
                List.of("{\"unit\":\"A\",\"event\":\"finished\",\"case\":\"both\",\"status\":\"failed\",\"ms\":1}"));

        assertThat(all(xml, "<testcase classname=\"A\" name=\"(.*?)\"")).containsExactly("both");
        assertThat(CaseIndex.of(file, CaseIndex.Limits.DEFAULT).counts()).isEqualTo(new CaseCounts(1, 0, 1, 0));
    }

    @Test
    void ofNothingWritesNothing() throws Exception {
        assertThat(merged(CaseIndex.Limits.DEFAULT, List.of())).doesNotContain("<testsuite ");
    }
}
