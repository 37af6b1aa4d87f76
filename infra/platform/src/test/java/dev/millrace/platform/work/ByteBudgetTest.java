package dev.millrace.platform.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {
    private static final long MIB = 1 << 20;

    private final ByteBudget budget = new ByteBudget(4 * MIB);

    private CompletableFuture<ByteBudget.Share> later(long bytes) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return budget.take(bytes);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void whoWantsMoreThanIsFreeWaitsUntilThereIsRoom() throws Exception {
        ByteBudget.Share first = budget.take(3 * MIB);
        CompletableFuture<ByteBudget.Share> second = later(2 * MIB);
        await("it waits").until(() -> budget.hasWaiting());

        first.close();
        first.close();

        second.get(20, TimeUnit.SECONDS).close();
        assertThat(budget.freeBytes()).isEqualTo(4 * MIB);
    }

    @Test
    void whatIsLargerThanTheBudgetGetsAllOfIt() throws Exception {
        try (ByteBudget.Share all = budget.take(1L << 40)) {
            assertThat(all).isNotNull();
            assertThat(budget.freeBytes()).isZero();
        }
        assertThat(budget.freeBytes()).isEqualTo(4 * MIB);
    }
}
