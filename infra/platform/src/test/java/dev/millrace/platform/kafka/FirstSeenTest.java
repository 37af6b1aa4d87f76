package dev.millrace.platform.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class FirstSeenTest {
    private static final FirstSeen.Transaction ONE = new FirstSeen.Transaction(new TopicPartition("t", 0), 7, 100);
    private static final FirstSeen.Transaction NEXT = new FirstSeen.Transaction(new TopicPartition("t", 0), 7, 200);

    private final FirstSeen firstSeen = new FirstSeen();

    @Test
    void whatIsSeenForTheFirstTimeIsNotOld() {
        // The age counts from when the transaction was first seen, whatever the wall clock of the producer or of this
        // process says.
        assertThat(firstSeen.olderThan(10, Set.of(ONE), 1_000_000)).isEmpty();
    }

    @Test
    void whatIsSeenForLongerIsOld() {
        firstSeen.olderThan(10, Set.of(ONE), 0);

        assertThat(firstSeen.olderThan(10, Set.of(ONE), 11)).containsExactly(ONE);
    }

    @Test
    void theNextTransactionOfAProducerBeginsAnew() {
        firstSeen.olderThan(10, Set.of(ONE), 0);

        assertThat(firstSeen.olderThan(10, Set.of(NEXT), 11)).isEmpty();
    }

    @Test
    void whatWasNotSeenInBetweenBeginsAnew() {
        firstSeen.olderThan(10, Set.of(ONE), 0);
        firstSeen.olderThan(10, Set.of(), 5);

        assertThat(firstSeen.olderThan(10, Set.of(ONE), 11)).isEmpty();
    }
}
