package dev.millrace.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.artifact.StoredBlobs.Known;
import dev.millrace.schemas.blob.Digest;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StoredBlobsTest {
    private static final Digest BLOB = Digest.of(new byte[] {1});
    private static final long LATER = Duration.ofMinutes(2).toNanos();

    private final StoredBlobs stored = new StoredBlobs(1 << 20, Duration.ofMinutes(1));

    @Test
    void believesWhatWasFoundForAWhile() {
        stored.looked(BLOB, true, 0);

        assertThat(stored.find(BLOB, 1)).hasValue(Known.THERE);
        assertThat(stored.find(BLOB, LATER)).isEmpty();
    }

    @Test
    void doesNotTakeABlobFoundDamagedForIntactBecauseItsNameIsThere() {
        stored.damaged(BLOB, 0);
        stored.looked(BLOB, true, 1);

        assertThat(stored.find(BLOB, LATER)).hasValue(Known.DAMAGED);
    }

    @Test
    void believesInABlobAgainOnceItsBytesWereStored() {
        stored.damaged(BLOB, 0);
        stored.intact(BLOB, 1);

        assertThat(stored.find(BLOB, 2)).hasValue(Known.THERE);
    }

    @Test
    void aLossIsRemembered() {
        stored.intact(BLOB, 0);
        stored.looked(BLOB, false, 1);

        assertThat(stored.find(BLOB, 2)).hasValue(Known.ABSENT);
    }

    @Test
    void isBoundedByBytes() {
        var small = new StoredBlobs(10_000, Duration.ofMinutes(1));
        int known = 0;
        for (int i = 0; i < 1_000; i++) {
            small.intact(Digest.of(new byte[] {(byte) i, (byte) (i >> 8)}), 0);
        }
        for (int i = 0; i < 1_000; i++) {
            known += small.find(Digest.of(new byte[] {(byte) i, (byte) (i >> 8)}), 1)
                            .isPresent()
                    ? 1
                    : 0;
        }

        assertThat(known).isBetween(1, 34);
    }
}
