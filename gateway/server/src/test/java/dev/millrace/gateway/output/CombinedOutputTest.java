package dev.millrace.gateway.output;

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

    @Test
    void whatIsKnownIsLeftOut() throws IOException {
        assertThat(rest(INDEX, false, Map.of("stdout", 6L, "stderr", 6L), false, "one\ntwo\nthr\nmore", "error\n"))
                .isEqualTo("o\nthr\nmore");
        assertThat(rest("", false, Map.of("stdout", 2L), true, "out", "err")).isEqualTo("terr");
        // The watcher saw more bytes of stdout live than were stored.
        assertThat(rest(INDEX, false, Map.of("stdout", 900L, "stderr", 2L), true, "one\ntwo\nthr\n", "error\n"))
                .isEqualTo("ror\n");
    }

    @Test
    void aLineThatIsKnownInPartGetsNoSecondTime() throws IOException {
        assertThat(rest(INDEX, true, Map.of("stdout", 6L, "stderr", 6L), false, "one\ntwo\nthr\n", "error\n"))
                .isEqualTo("o\n1970-01-01T00:01:02.007Z thr\n");
    }

    private static String rest(
            String index, boolean timestamps, Map<String, Long> known, boolean lineBegins, String stdout, String stderr)
            throws IOException {
        Map<String, InputStream> streams = new LinkedHashMap<>();
        both(stdout, stderr)
                .forEach((name, text) ->
                        streams.put(name, new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))));
        try (var combined = new CombinedOutput(
                new BufferedReader(new StringReader(index)), streams, timestamps, known, lineBegins)) {
            return new String(combined.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void linesOfPiecesThatComeLiveBeginWithTheirTimes() {
        var times = new LineTimes();

        String shown = text(times.stamped("on".getBytes(StandardCharsets.UTF_8), 1_000))
                + text(times.stamped("e\ntwo\n".getBytes(StandardCharsets.UTF_8), 2_000));

        assertThat(shown).isEqualTo("1970-01-01T00:00:01.000Z one\n1970-01-01T00:00:02.000Z two\n");
        assertThat(times.lineBegins()).isTrue();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
