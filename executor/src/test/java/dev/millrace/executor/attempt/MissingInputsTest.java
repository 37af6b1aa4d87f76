package dev.millrace.executor.attempt;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.platform.blob.BlobNotFoundException;
import dev.millrace.schemas.blob.Digest;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MissingInputsTest {
    private static final Digest TREE = Digest.of(new byte[] {1});
    private static final Digest OTHER = Digest.of(new byte[] {2});

    private final AtomicLong nanos = new AtomicLong();
    private final MissingInputs missing = new MissingInputs(nanos::get);

    @Test
    void whatWasMissingIsMissingForAMoment() {
        var failure = new BlobNotFoundException("x");
        missing.note(TREE, failure);

        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(1_999));
        assertThatThrownBy(() -> missing.check(TREE)).isSameAs(failure);
        assertThatCode(() -> missing.check(OTHER)).doesNotThrowAnyException();
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
        assertThatCode(() -> missing.check(TREE)).doesNotThrowAnyException();
    }

    @Test
    void theOldestOfManyIsForgotten() {
        missing.note(TREE, new BlobNotFoundException("first"));
        for (int i = 0; i < 1_000; i++) {
            missing.note(
                    Digest.of(("tree " + i).getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                    new BlobNotFoundException("x"));
        }

        assertThatCode(() -> missing.check(TREE)).doesNotThrowAnyException();
    }
}
