package dev.millrace.executor.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParseException;
import dev.millrace.executor.inputs.UnusableInputsException;
import dev.millrace.platform.blob.BlobNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class StorePatienceTest {
    private final StorePatience patience = new StorePatience(120_000);

    @Test
    void inServiceThatIsAwayShouldLastAsLongAsConfiguredHoweverOftenItWasTried() {
        var away = new IOException("connection refused");

        assertThat(patience.lasts(away, 1_000, 119_999)).isTrue();
        assertThat(patience.lasts(away, 1, 120_000)).isFalse();
    }

    @Test
    void inAnswerThatStaysTheSameShouldNotLast() {
        assertThat(patience.lasts(new JsonParseException(null, "no plan"), 1, 0))
                .isFalse();
        assertThat(patience.lasts(new BlobNotFoundException("x"), 1, 0)).isFalse();
        assertThat(patience.lasts(new UnusableInputsException("unsafe"), 1, 0)).isFalse();
    }

    @Test
    void inTroubleWithTheOwnDiskShouldLastForFewTries() {
        var gone = new NoSuchFileException("stdout");

        assertThat(patience.lasts(gone, StorePatience.LOCAL_TRIES - 1, 0)).isTrue();
        assertThat(patience.lasts(gone, StorePatience.LOCAL_TRIES, 0)).isFalse();
    }

    @Test
    void inPausesShouldGrowToALimit() {
        assertThat(StorePatience.pauseMs(1)).isEqualTo(500);
        assertThat(StorePatience.pauseMs(2)).isEqualTo(1_000);
        assertThat(StorePatience.pauseMs(5)).isEqualTo(5_000);
        assertThat(StorePatience.pauseMs(Integer.MAX_VALUE)).isEqualTo(5_000);
    }
}
