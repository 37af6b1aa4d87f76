package dev.millrace.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.platform.http.HttpProblemException;
import dev.millrace.schemas.blob.Digest;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FormsTest {
    private static Buffer batch(String... contents) {
        Buffer body = Buffer.buffer();
        for (String content : contents) {
            byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
            body.appendString(Digest.of(bytes) + " " + bytes.length + "\n").appendBytes(bytes);
        }
        return body;
    }

    @Test
    void inBatchShouldReadEveryBlob() {
        var entries = BlobBatch.parse(batch("one", "", "two\nlines"));

        assertThat(entries).extracting(it -> it.bytes().toString()).containsExactly("one", "", "two\nlines");
    }

    @Test
    void inBatchThatIsCutOffOrNoBatchShouldSayWhere() {
        Buffer cut = batch("one", "two");

        assertThatThrownBy(() -> BlobBatch.parse(cut.slice(0, cut.length() - 1)))
                .isInstanceOf(HttpProblemException.class)
                .hasMessageContaining("cut off");
        assertThatThrownBy(() -> BlobBatch.parse(Buffer.buffer("nonsense"))).isInstanceOf(HttpProblemException.class);
        assertThatThrownBy(() -> BlobBatch.parse(Buffer.buffer(Digest.of(new byte[0]) + " 99999999999\n")))
                .isInstanceOf(HttpProblemException.class);
    }
}
