package dev.millrace.executor.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.platform.config.Settings;
import dev.millrace.platform.kafka.EventPublisher;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.OutputChunk;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LiveEventsTest {
    private static final KafkaSettings NOWHERE = KafkaSettings.from(
            Settings.of(Map.of("kafka.bootstrap", "127.0.0.1:1", "kafka.deliveryTimeoutMs", "300000")));

    /**
     * The producer is a real one, and blocks for five minutes while it waits for the metadata of its topic. This is longer than the test
     * may take.
     */
    @Test
    @Timeout(60)
    void inKafkaThatIsAwayShouldDropAndCountWithoutWaiting() {
        try (var publisher = new EventPublisher(NOWHERE, "executor", "e1", Clock.systemUTC());
                var live = new LiveEvents(publisher, "e1")) {
            live.start();
            var chunk = new OutputChunk("j0123456789abcdef0123.1", 1, new Epoch(1, 1), "stdout", 0L, 0, 0, "eA==");
            int told = 2 * LiveEvents.MAX_WAITING;
            int taken = 0;
            for (int i = 0; i < told; i++) {
                taken += live.tell(chunk) ? 1 : 0;
            }

            // The publishing thread may have taken one event out of the queue already.
            assertThat(taken).isBetween(LiveEvents.MAX_WAITING, LiveEvents.MAX_WAITING + 1);
            assertThat(live.dropped()).isEqualTo(told - taken);
        }
    }
}
