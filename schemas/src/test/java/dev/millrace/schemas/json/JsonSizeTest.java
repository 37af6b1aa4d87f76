package dev.millrace.schemas.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonSizeTest {
    @Test
    void isWhatIsWritten() throws Exception {
        List<Object> values = List.of(
                "",
                "plain",
                "\"\\\n\u0001",
                "\ud83d\ude00é\u4e2d",
                17,
                Map.of("a", List.of(1, 2)),
                "x".repeat(100_000));
        for (Object value : values) {
            assertThat(JsonSize.of(value)).isEqualTo(Json.MAPPER.writeValueAsBytes(value).length);
        }
    }
}
