package dev.millrace.platform.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

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
}
