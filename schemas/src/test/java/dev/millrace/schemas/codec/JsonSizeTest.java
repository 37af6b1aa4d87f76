package dev.millrace.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonSizeTest {
    private static long written(String text) throws Exception {
        return Json.MAPPER.writeValueAsBytes(text).length;
    }

    @Test
    void countsEveryCharacterAsItIsWritten() throws Exception {
        for (int c = 0; c <= Character.MAX_VALUE; c++) {
            String text = String.valueOf((char) c);
            if (!Character.isSurrogate((char) c)) {
                assertThat(JsonSize.of(text)).as("character %x", c).isEqualTo(written(text));
            }
        }
    }

    @Test
    void countsTextsAsTheyAreWritten() throws Exception {
        var random = new Random(1);
        for (int i = 0; i < 1_000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(50); n > 0; n--) {
                int c = random.nextInt(random.nextBoolean() ? 0x80 : 0x1F000);
                text.appendCodePoint(c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 'x' : c);
            }
            assertThat(JsonSize.of(text.toString())).isEqualTo(written(text.toString()));
        }
    }
}
