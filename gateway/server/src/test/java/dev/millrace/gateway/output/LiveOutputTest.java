package dev.millrace.gateway.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.gateway.live.LogFollower;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LiveOutputTest {
    private static final int MOST = 64 * 1024;

    private static List<Buffer> parts(List<LogFollower.Piece> pieces, @Nullable LineTimes times) {
        var output = new LiveOutput(pieces, times);
        var parts = new ArrayList<Buffer>();
        for (Buffer part = output.next(); part.length() > 0; part = output.next()) {
            parts.add(part);
        }
        return parts;
    }

    private static String text(List<Buffer> parts) {
        var whole = new StringBuilder();
        parts.forEach(part -> whole.append(part.toString(StandardCharsets.UTF_8)));
        return whole.toString();
    }

    @Test
    void emptyLinesWithTimesComeInPartsOfBoundedSize() {
        var pieces = List.of(
                new LogFollower.Piece(Buffer.buffer("\n".repeat(16_000)), 1_000),
                new LogFollower.Piece(Buffer.buffer("\n".repeat(16_000)), 2_000));

        List<Buffer> parts = parts(pieces, new LineTimes());

        assertThat(parts).allSatisfy(part -> assertThat(part.length()).isLessThanOrEqualTo(MOST));
        assertThat(text(parts))
                .isEqualTo("1970-01-01T00:00:01.000Z \n".repeat(16_000) + "1970-01-01T00:00:02.000Z \n".repeat(16_000));
    }

    @Test
    void smallPiecesComeTogether() {
        var pieces = new ArrayList<LogFollower.Piece>();
        for (int i = 0; i < 100; i++) {
            pieces.add(new LogFollower.Piece(Buffer.buffer(i + "\n"), i));
        }
        pieces.add(new LogFollower.Piece(Buffer.buffer(), 0));

        List<Buffer> parts = parts(pieces, null);

        assertThat(parts).hasSize(1);
        assertThat(text(parts)).startsWith("0\n1\n").endsWith("98\n99\n");
    }
}
