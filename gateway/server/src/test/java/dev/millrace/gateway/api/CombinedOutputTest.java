package dev.millrace.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.event.OutputPiece;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CombinedOutputTest {
    private static final String INDEX = new OutputPiece(1_000, "stdout", 0, 4).toLine() + "\n"
            + new OutputPiece(1_500, "stderr", 0, 6).toLine() + "\n"
            + new OutputPiece(62_007, "stdout", 4, 8).toLine() + "\n";

    private static String read(String index, boolean timestamps, Map<String, String> texts) throws IOException {
        Map<String, InputStream> streams = new LinkedHashMap<>();
        texts.forEach(
                (name, text) -> streams.put(name, new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))));
        try (var combined = new CombinedOutput(new BufferedReader(new StringReader(index)), streams, timestamps)) {
            return new String(combined.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Map<String, String> both(String stdout, String stderr) {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("stdout", stdout);
        texts.put("stderr", stderr);
        return texts;
    }

    @Test
    void bothStreamsComeAsTheyWereWritten() throws IOException {
        assertThat(read(INDEX, false, both("one\ntwo\nthr\n", "error\n"))).isEqualTo("one\nerror\ntwo\nthr\n");
    }

    @Test
    void whatIsNotListedComesLast() throws IOException {
        assertThat(read(INDEX, false, both("one\ntwo\nthr\nrest", "error\nmore\n")))
                .isEqualTo("one\nerror\ntwo\nthr\nrestmore\n");
        assertThat(read("", false, both("out", "err"))).isEqualTo("outerr");
    }

    @Test
    void linesBeginWithTheirTimes() throws IOException {
        assertThat(read(INDEX, true, both("one\ntwo\nthr\n", "error\n")))
                .isEqualTo(
                        """
                        1970-01-01T00:00:01.000Z one
                        1970-01-01T00:00:01.500Z error
                        1970-01-01T00:01:02.007Z two
                        1970-01-01T00:01:02.007Z thr
                        """);
    }

    @Test
    void oneStreamAloneLeavesOutTheOther() throws IOException {
        assertThat(read(INDEX, true, Map.of("stderr", "error\n"))).isEqualTo("1970-01-01T00:00:01.500Z error\n");
    }

    @Test
    void streamsShorterThanListedAreNoTrouble() throws IOException {
        assertThat(read(INDEX, false, both("on", ""))).isEqualTo("on");
    }

    @Test
    void aSpoiltIndexCostsTheOrderAlone() throws IOException {
        String spoilt = INDEX.lines().findFirst().orElseThrow() + "\nnonsense\n";

        assertThat(read(spoilt, false, both("one\ntwo\n", "error\n"))).isEqualTo("one\ntwo\nerror\n");
        assertThat(read(spoilt, true, both("one\ntwo\n", "error\n")))
                .isEqualTo("1970-01-01T00:00:01.000Z one\ntwo\nerror\n");
    }
}
