package dev.millrace.gateway.junit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.event.CaseCounts;
import dev.millrace.schemas.fuzz.Mutations;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

/** The merged file is well-formed XML, whatever lines a task wrote, and even if its process died while it wrote one. */
class CaseLinesFuzzTest {
    private static final int SEEDS = 1_000;
    private static final long SECONDS = Long.getLong("millrace.fuzz.seconds", 0);

    private static final String GOOD =
            """
            {"unit":"A","case":"a1","class":"x.A","status":"failed","ms":12,"message":"no <b>","trace":"at x\\n","stdout":"s"}
            {"unit":"B","case":"b1","status":"skipped","ms":0,"message":"later"}
            {"unit":"A","case":"a2","status":"error","ms":3,"stderr":"]]>"}
            {"unit":"A","event":"finished","ms":15}
            {"unit":"B","event":"finished","ms":1}
            """;

    @Test
    void writesWellFormedXmlOfWhatIsMadeOfGoodLines(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("cases.jsonl");
        DocumentBuilder parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        parser.setErrorHandler(null);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        for (long seed = 0; seed < SEEDS || System.nanoTime() < until; seed++) {
            var lines = new ByteArrayOutputStream();
            var mutations = new Mutations(seed);
            for (String line : GOOD.split("\n")) {
                lines.write(
                        mutations.oneOf(java.util.List.of(true, false))
                                ? mutations.of(line.getBytes(UTF_8))
                                : line.getBytes(UTF_8));
                lines.write('\n');
            }
            Files.write(file, lines.toByteArray());
            var out = new ByteArrayOutputStream();
            try {
                var xml = new JUnitXml(out);
                xml.begin("job", CaseCounts.NONE, 0);
                xml.cases("task", file);
                xml.end();

                Element root = parser.parse(new ByteArrayInputStream(out.toByteArray()))
                        .getDocumentElement();
                assertThat(root.getTagName()).isEqualTo("testsuites");
            } catch (Exception e) {
                throw new AssertionError(
                        "broke on seed " + seed + ", in Base64: "
                                + Base64.getEncoder().encodeToString(lines.toByteArray()),
                        e);
            }
        }
    }
}
