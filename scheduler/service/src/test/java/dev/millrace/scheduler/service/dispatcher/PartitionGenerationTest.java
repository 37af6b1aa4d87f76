package dev.millrace.scheduler.service.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

/**
 * Tests when a partition requests a commit. Each commit is a transaction, so needless requests are expensive. Also tests that its schedules
 * end.
 */
class PartitionGenerationTest {
    private final MockProcessorContext<String, Outgoing> context = new MockProcessorContext<>();
    private final PartitionGeneration generation = generation();

    private PartitionGeneration generation() {
        context.setCurrentSystemTimeMs(0);
        var store = Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(PoolStore.NAME), Serdes.String(), Serdes.ByteArray())
                .withLoggingDisabled()
                .build();
        store.init(context.getStateStoreContext(), store);
        return new PartitionGeneration(context, new PoolStore(store), 250);
    }

    private void send() {
        generation.send(new ProducerRecord<>("topic", 0, "key", new byte[0]));
    }

    @Test
    void asksForNoneWhenNothingWasSent() {
        generation.commitUnseen();

        assertThat(context.committed()).isFalse();
    }

    @Test
    void asksForOneWhenSomethingWasSent() {
        send();
        send();

        generation.commitUnseen();

        assertThat(context.committed()).isTrue();
    }

    @Test
    void asksForOneOnly() {
        send();
        generation.commitUnseen();
        context.resetCommit();

        generation.commitUnseen();

        assertThat(context.committed()).isFalse();
    }

    @Test
    void endsItsSchedules() {
        generation.every(Duration.ofSeconds(1), now -> {});

        generation.end();

        assertThat(context.scheduledPunctuators())
                .hasSize(1)
                .allMatch(MockProcessorContext.CapturedPunctuator::cancelled);
    }
}
