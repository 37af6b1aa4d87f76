package dev.millrace.platform.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RecurringTest {
    @Test
    void goesOnAfterAnError() throws InterruptedException {
        var runs = new CountDownLatch(3);

        try (var recurring = new Recurring("test")) {
            recurring.every(1, () -> {
                runs.countDown();
                throw new OutOfMemoryError("one too many");
            });

            assertThat(runs.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }
}
