package dev.millrace.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.schemas.blob.Digest;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FormsTest {
    private static byte[] batch(String... contents) {
        Buffer body = Buffer.buffer();
        for (String content : contents) {
            byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
            body.appendString(Digest.of(bytes) + " " + bytes.length + "\n").appendBytes(bytes);
        }
        return body.getBytes();
    }

    @Test
    void inBatchShouldReadEveryBlob() {
        var entries = BlobBatch.parse(batch("one", "", "two\nlines"));

        assertThat(entries)
                .extracting(it -> new String(it.bytes(), StandardCharsets.UTF_8))
                .containsExactly("one", "", "two\nlines");
    }

    @Test
    void inBatchThatIsCutOffOrNoBatchShouldSayWhere() {
        byte[] cut = batch("one", "two");

        assertThatThrownBy(() -> BlobBatch.parse(Arrays.copyOf(cut, cut.length - 1)))
                .isInstanceOf(HttpProblemException.class)
                .hasMessageContaining("cut off");
        assertThatThrownBy(() -> BlobBatch.parse("nonsense".getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(HttpProblemException.class);
        assertThatThrownBy(() -> BlobBatch.parse(
                        (Digest.of(new byte[0]) + " 99999999999\n").getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(HttpProblemException.class);
    }
}
