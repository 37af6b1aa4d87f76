package dev.millrace.platform.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ByteBudgetWorkTest {
    private final ByteBudget room = new ByteBudget(100 << 10);

    /** Returns whether work of {@code bytes} bytes has to wait until other work of {@code others} bytes is done. */
    private boolean waits(long bytes, long others) throws Exception {
        var mayEnd = new CompletableFuture<String>();
        var other = new CompletableFuture<String>();
        var first = CompletableFuture.runAsync(() -> with(others, () -> {
            other.complete("entered");
            return mayEnd.join();
        }));
        other.join();
        var entered = new AtomicBoolean();
        Thread second = new Thread(() -> with(bytes, () -> {
            entered.set(true);
            return "done";
        }));
        second.start();
        await("it waits or ends")
                .until(() -> second.getState() == Thread.State.WAITING || second.getState() == Thread.State.TERMINATED);
        boolean waited = !entered.get();
        mayEnd.complete("ended");
        second.join();
        first.join();
        assertThat(entered).as("in the end").isTrue();
        return waited;
    }

    private void with(long bytes, ByteBudget.Work<String> work) {
        try {
            room.with(bytes, work);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void holdsAsManyAsFitByTheirBytes() throws Exception {
        assertThat(waits(40 << 10, 40 << 10)).isFalse();
        assertThat(waits(60 << 10, 60 << 10)).isTrue();
    }

    @Test
    void holdsOneThatIsLargerThanTheRoomAlone() throws Exception {
        assertThat(waits(1, 1L << 40)).isTrue();
        assertThat(waits(1L << 40, 1)).isTrue();
    }
}
