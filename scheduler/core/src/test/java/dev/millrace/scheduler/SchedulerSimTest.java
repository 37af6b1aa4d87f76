package dev.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

class SchedulerSimTest {
    private static final int SEEDS = Integer.getInteger("millrace.seeds", 300);

    @Test
    void inAnyHistoryOfFaultsShouldGiveEveryTaskOneVerdict() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            long current = seed;
            assertThatCode(() -> new SimulatedCluster(current).run(6))
                    .as("seed %d", seed)
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void inTheSameSeedShouldDecideTheSameToTheByte() {
        var first = new SimulatedCluster(42);
        var second = new SimulatedCluster(42);

        first.run(6);
        second.run(6);

        assertThat(first.trace.toString()).isNotEmpty().isEqualTo(second.trace.toString());
    }
}
