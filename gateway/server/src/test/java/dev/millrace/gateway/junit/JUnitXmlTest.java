package dev.millrace.gateway.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.event.CaseCounts;
import dev.millrace.schemas.event.Outcome;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class JUnitXmlTest {
    private interface Body {
        void write(JUnitXml xml) throws Exception;
    }

    private static Document document(Body body) throws Exception {
        var out = new ByteArrayOutputStream();
        var xml = new JUnitXml(out);
        xml.begin("job", new CaseCounts(3, 1, 1, 0), 1_500);
        body.write(xml);
        xml.end();
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(out.toByteArray()));
    }

    @Test
    void inCasesShouldWriteASuitePerUnit(@TempDir Path directory) throws Exception {
        Path file = Files.write(
                directory.resolve("cases"),
                List.of(
                        "{\"unit\":\"A\",\"class\":\"A$Inner\",\"case\":\"one()\",\"status\":\"passed\",\"ms\":12}",
                        "{\"unit\":\"B\",\"class\":\"B\",\"case\":\"two()\",\"status\":\"failed\",\"ms\":1,\"message\":\"<&\\u0000\\ud800>\"}",
                        "{\"unit\":\"A\",\"event\":\"finished\",\"ms\":20}"));

        Document document = document(xml -> xml.cases("task", file));

        assertThat(document.getElementsByTagName("testsuite").getLength()).isEqualTo(2);
        assertThat(document.getElementsByTagName("testsuite")
                        .item(0)
                        .getAttributes()
                        .getNamedItem("time")
                        .getNodeValue())
                .isEqualTo("0.020");
        assertThat(document.getElementsByTagName("testcase")
                        .item(0)
                        .getAttributes()
                        .getNamedItem("classname")
                        .getNodeValue())
                .isEqualTo("A$Inner");
        assertThat(document.getElementsByTagName("failure")
                        .item(0)
                        .getAttributes()
                        .getNamedItem("message")
                        .getNodeValue())
                .isEqualTo("<&\ufffd\ufffd>");
    }

    @Test
    void inResultsThatWereNotKeptShouldCountWhatIsWrittenAndAddACaseInErrorThatSaysSo(@TempDir Path directory)
            throws Exception {
        Path file = Files.write(
                directory.resolve("cases"),
                List.of(
                        "{\"unit\":\"A\",\"case\":\"one\",\"status\":\"passed\",\"ms\":1}",
                        "{\"unit\":\"A\",\"case\":\"two\",\"status\":\"skipped\",\"ms\":1}"));
        var written = new CaseCounts[1];

        Document document = document(xml -> {
            written[0] = xml.cases("task", file);
            xml.notKept("task", 50_000, new CaseCounts(50_000, 0, 1, 2));
        });

        assertThat(written[0]).isEqualTo(new CaseCounts(2, 1, 0, 0)).isEqualTo(JUnitXml.countsOf(file));
        assertThat(document.getElementsByTagName("testcase").getLength())
                .isEqualTo(written[0].plus(JUnitXml.NOT_KEPT).found());
        Element suite = (Element) document.getElementsByTagName("testsuite").item(1);
        assertThat(suite.getAttribute("name")).isEqualTo("task");
        assertThat(suite.getAttribute("errors")).isEqualTo("1");
        assertThat(((Element) suite.getElementsByTagName("error").item(0)).getAttribute("message"))
                .contains(
                        "50000 lines of the results of its test cases were not kept",
                        "1 failed and 2 could not be decided");
    }

    @Test
    void inTaskWithoutCasesShouldUseTheElementOfTheOutcomeTable() throws Exception {
        Document document = document(xml -> {
            xml.task("s", "passed", Outcome.PASSED, null, 1);
            xml.task("s", "failed", Outcome.FAILED, "why", 1);
            xml.task("s", "timed out", Outcome.TIMED_OUT, "why", 1);
            xml.task("s", "cancelled", Outcome.CANCELLED, "why", 1);
        });

        assertThat(document.getElementsByTagName("testcase").getLength()).isEqualTo(4);
        assertThat(document.getElementsByTagName("failure").getLength()).isEqualTo(1);
        assertThat(document.getElementsByTagName("error").getLength()).isEqualTo(1);
        assertThat(document.getElementsByTagName("skipped").getLength()).isEqualTo(1);
    }
}
