package dev.millrace.scheduler.service.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.topic.Topic;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs random histories, one for each seed, through the real topology with its codecs, store, generations and dead letters. */
class DispatcherTopologySimTest {
    private static final int JOBS = 4;
    private static final int TASKS = 8;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void inSeedShouldGiveEveryTaskOneVerdictThroughRestartsAndNonsense(long seed) {
        var random = new Random(seed);
        try (var cluster = new TopologyCluster(seed)) {
            cluster.online("e1", 2);
            cluster.online("e2", 1);
            for (int i = 0; i < JOBS; i++) {
                cluster.submit(Ids.jobId("o", "job-" + i), TASKS, random.nextInt(3));
            }
            int nonsense = 0;
            for (int step = 0; step < 400 && cluster.ends().size() < JOBS; step++) {
                if (random.nextInt(10) == 0) {
                    cluster.giveNonsense(Topic.ATTEMPTS);
                    nonsense++;
                }
                if (random.nextInt(15) == 0) {
                    cluster.restart();
                }
                cluster.tick();
                cluster.beat("e1", "e2");
                cluster.report();
            }

            assertThat(cluster.ends())
                    .extracting(JobCompleted::jobId)
                    .hasSize(JOBS)
                    .doesNotHaveDuplicates();
            assertThat(cluster.ends())
                    .allMatch(
                            it -> it.counts().finished() == TASKS && it.counts().total() == TASKS);
            assertThat(cluster.verdicts()).hasSize(JOBS * TASKS).allSatisfy((task, verdicts) -> assertThat(verdicts)
                    .isEqualTo(1));
            assertThat(cluster.dead()).isEqualTo(nonsense);
        }
    }

    @Test
    void inNewLifeShouldPlaceNothingBeforeItsGenerationIsReadBack() {
        try (var cluster = new TopologyCluster(1)) {
            cluster.online("e1", 2);
            cluster.submit(Ids.jobId("o", "job"), 2, 0);

            assertThat(cluster.dispatched()).isZero();
            cluster.tick();

            assertThat(cluster.dispatched()).isEqualTo(2);
        }
    }
}
