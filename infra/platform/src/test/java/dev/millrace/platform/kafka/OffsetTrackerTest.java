package dev.millrace.platform.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.kafka.client.common.TopicPartition;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OffsetTrackerTest {
    private static final TopicPartition P0 = new TopicPartition("t", 0);
    private static final TopicPartition P1 = new TopicPartition("t", 1);

    private final OffsetTracker offsets = new OffsetTracker();

    private void read(TopicPartition partition, long... which) {
        for (long offset : which) {
            offsets.read(partition, offset);
        }
    }

    @Test
    void commitsNothingBeforeTheFirstRecordIsProcessed() {
        read(P0, 0, 1, 2);

        offsets.processed(P0, 2);

        assertThat(offsets.committable()).isEmpty();
    }

    @Test
    void stopsAtTheFirstRecordThatIsNotProcessed() {
        read(P0, 0, 1, 2, 3);
        offsets.processed(P0, 0);
        offsets.processed(P0, 3);

        offsets.processed(P0, 1);

        assertThat(offsets.committable()).containsExactly(Map.entry(P0, 2L));
    }

    @Test
    void goesOnBehindWhatWasProcessedOutOfOrder() {
        read(P0, 0, 1, 2);
        offsets.processed(P0, 2);
        offsets.processed(P0, 1);

        offsets.processed(P0, 0);

        assertThat(offsets.committable()).containsExactly(Map.entry(P0, 3L));
    }

    @Test
    void skipsOffsetsThatHoldNoRecord() {
        // Transaction markers take offsets too, so there are gaps between the offsets of records.
        read(P0, 5, 9);
        offsets.processed(P0, 5);

        offsets.processed(P0, 9);

        assertThat(offsets.committable()).containsExactly(Map.entry(P0, 10L));
    }

    @Test
    void partitionsDoNotWaitForEachOther() {
        read(P0, 0);
        read(P1, 0);

        offsets.processed(P1, 0);

        assertThat(offsets.committable()).containsExactly(Map.entry(P1, 1L));
    }

    @Test
    void asksForEachCommitOnce() {
        read(P0, 0, 1);
        offsets.processed(P0, 0);

        offsets.committed(offsets.committable());

        assertThat(offsets.committable()).isEmpty();
    }

    @Test
    void whatWasProcessedDuringACommitIsStillToBeCommitted() {
        read(P0, 0, 1);
        offsets.processed(P0, 0);
        Map<TopicPartition, Long> request = offsets.committable();
        offsets.processed(P0, 1);

        offsets.committed(request);

        assertThat(offsets.committable()).containsExactly(Map.entry(P0, 2L));
    }

    @Test
    void aPartitionThatWasLostIsNotCommitted() {
        read(P0, 0);

        offsets.forget(List.of(P0));
        offsets.processed(P0, 0);

        assertThat(offsets.committable()).isEmpty();
    }

    @Test
    void namesPartitionsThatHaveTooMuchUnprocessed() {
        read(P0, 0, 1);
        read(P1, 0);

        assertThat(offsets.withAtLeast(2)).containsExactly(P0);
    }

    @Test
    void aRecordThatWaitsHoldsUpNoneThatComesBehindIt() {
        for (long offset = 0; offset < 10_000; offset++) {
            read(P0, offset);
            if (offset > 0) {
                offsets.processed(P0, offset);
            }
        }

        assertThat(offsets.withAtLeast(2)).isEmpty();
        assertThat(offsets.committable()).isEmpty();

        offsets.processed(P0, 0);

        assertThat(offsets.committable()).containsExactly(Map.entry(P0, 10_000L));
    }
}
