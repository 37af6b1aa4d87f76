package dev.millrace.platform.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ByteCacheTest {
    private final ByteCache<Integer, byte[]> cache = new ByteCache<>(1_000, (key, value) -> value.length);

    @Test
    void neverHoldsMoreThanItsBytes() {
        for (int i = 0; i < 100; i++) {
            cache.put(i, new byte[90 + i]);

            assertThat(cache.bytes()).isLessThanOrEqualTo(1_000);
        }
        assertThat(cache.bytes()).isGreaterThan(500);
    }

    @Test
    void doesNotKeepWhatIsLargerThanAllOfIt() throws IOException {
        byte[] large = cache.get(1, key -> new byte[2_000]);

        assertThat(large).hasSize(2_000);
        assertThat(cache.bytes()).isZero();
        assertThat(cache.find(1)).isEmpty();
    }

    @Test
    void loadsOnceAndPassesFailuresOn() throws IOException {
        var loads = new AtomicInteger();
        byte[] first = cache.get(7, key -> new byte[loads.incrementAndGet()]);

        assertThat(cache.get(7, key -> new byte[loads.incrementAndGet()])).isSameAs(first);
        assertThatThrownBy(() -> cache.get(8, key -> {
                    throw new IOException("away");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("away");
        assertThat(cache.find(8)).isEmpty();
    }

    private record Colliding(String name) {
        @Override
        public int hashCode() {
            return 1;
        }
    }

    @Test
    @Timeout(60)
    void inOneEntryThatTakesLongToLoadShouldLoadOthersMeanwhile() throws Exception {
        var colliding = new ByteCache<Colliding, byte[]>(1_000, (key, value) -> value.length);
        var begun = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        var slow = CompletableFuture.supplyAsync(() -> load(colliding, begun, mayEnd));
        begun.await();

        assertThat(colliding.get(new Colliding("quick"), key -> new byte[2])).hasSize(2);

        mayEnd.countDown();
        assertThat(slow.get()).hasSize(1);
    }

    private static int awaited(CountDownLatch latch) {
        try {
            latch.await();
            return 1;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] load(ByteCache<Colliding, byte[]> cache, CountDownLatch begun, CountDownLatch mayEnd) {
        try {
            return cache.get(new Colliding("slow"), key -> {
                begun.countDown();
                return new byte[awaited(mayEnd)];
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
