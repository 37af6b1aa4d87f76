package dev.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.millrace.scheduler.state.Transition;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("P2")
@Tag("P3")
class SchedulerSimTest {
    private static final int SEEDS = Integer.getInteger("millrace.seeds", 1_000);

    /** The number of seeds that is enough to take every transition. Mutation testing uses fewer seeds and skips this check. */
    private static final int ENOUGH_FOR_EVERYTHING = 1_000;

    @Test
    void inAnyHistoryOfFaultsShouldGiveEveryTaskOneVerdict() {
        int hedges = 0;
        Set<Transition> taken = TransitionRecorder.none();
        for (long seed = 1; seed <= SEEDS; seed++) {
            var cluster = new SimulatedCluster(seed);
            assertThatCode(() -> cluster.run(6)).as("seed %d", seed).doesNotThrowAnyException();
            hedges += cluster.hedges();
            taken.addAll(cluster.taken());
        }
        if (SEEDS >= ENOUGH_FOR_EVERYTHING) {
            assertThat(taken).as("every transition is tried").containsExactlyInAnyOrder(Transition.values());
        }
        assertThat(hedges)
                .as("second attempts, without which little of this was tried")
                .isPositive();
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
