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
