package dev.millrace.scheduler.service.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.Needs;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SleepingPoolsTest {
    private static final int SECONDS = 60;
    private static final int TICKS_PER_S = 4;

    private static void pass(TopologyCluster cluster, int seconds) {
        for (int i = 0; i < seconds * TICKS_PER_S; i++) {
            cluster.tick();
        }
    }

    @Test
    void aPoolWithNeitherJobsNorExecutorsCostsNoTicks() {
        try (var cluster = new TopologyCluster(1)) {
            String job = Ids.jobId("o", "job");
            cluster.submit(job, 1, 0);
            cluster.cancel(job);
            pass(cluster, 5);
            int before = cluster.ticks();

            pass(cluster, SECONDS);

            assertThat(cluster.ticks() - before).isZero();
        }
    }

    @Test
    void aPoolWithoutJobsCostsOneTickASecond() {
        try (var cluster = new TopologyCluster(1)) {
            cluster.online("e1", 1);
            pass(cluster, 2);
            int before = cluster.ticks();

            for (int i = 0; i < SECONDS; i++) {
                cluster.beat("e1");
                pass(cluster, 1);
            }

            assertThat(cluster.ticks() - before).isBetween(SECONDS - 5, SECONDS + 5);
        }
    }

    /** Anybody can submit jobs to any number of pools without executors, so each of these pools must cost little. */
    @Test
    void aPoolWhoseJobsWaitForAnExecutorCostsOneTickASecondUntilOneComes() {
        try (var cluster = new TopologyCluster(1)) {
            cluster.submit(Ids.jobId("o", "job"), 1, 0);
            pass(cluster, 5);
            int before = cluster.ticks();

            pass(cluster, SECONDS);

            assertThat(cluster.ticks() - before).isBetween(SECONDS - 5, SECONDS + 5);
            cluster.online("e1", 1);
            cluster.beat("e1");
            pass(cluster, 1);
            assertThat(cluster.dispatched()).isEqualTo(1);
        }
    }

    /** After a restart, the tasks of all pools expire at the same moment. One tick must not handle all of them. */
    @Test
    void manyPoolsWhoseTasksExpireAtOnceAreServedInTurns() {
        int poolCount = 8;
        int tasks = 10;
        var settings = Map.of("scheduler.maxEventsPerInput", "10", "scheduler.expireAfterMs", "5000");
        try (var cluster = new TopologyCluster(1, settings)) {
            for (int i = 0; i < poolCount; i++) {
                cluster.submit("p" + i, Ids.jobId("o", "job" + i), tasks, 0, index -> Needs.NOTHING);
            }
            cluster.restart();
            int most = 0;
            for (int i = 0; i < 20 * TICKS_PER_S; i++) {
                int before = cluster.verdicts().size();
                cluster.tick();
                most = Math.max(most, cluster.verdicts().size() - before);
            }

            assertThat(most)
                    .as("twice what one input may cause, and the last pool's")
                    .isBetween(1, 30);
            assertThat(cluster.verdicts()).hasSize(poolCount * tasks);
            assertThat(cluster.ends()).hasSize(poolCount);
        }
    }

    @Test
    void aPoolThatSleptKnowsItsJobs() {
        try (var cluster = new TopologyCluster(1)) {
            String job = Ids.jobId("o", "job");
            cluster.submit(job, 1, 0);
            cluster.cancel(job);
            pass(cluster, 5);

            cluster.submit(job, 1, 0);
            cluster.online("e1", 1);
            pass(cluster, 5);

            assertThat(cluster.dispatched()).isZero();
            assertThat(cluster.ends()).hasSize(1);
        }
    }

    @Test
    void aPoolThatWasForgottenGoesOnWithItsSequence() {
        try (var cluster = new TopologyCluster(1)) {
            String job = Ids.jobId("o", "job");
            cluster.submit(job, 1, 0);
            cluster.cancel(job);
            pass(cluster, 5);
            long last = cluster.ends().get(0).sequence();
            cluster.restart(entries -> entries.keySet().removeIf(key -> key.contains("/job/")));
            pass(cluster, 3_700);
            assertThat(cluster.stored()).noneMatch(key -> key.contains("/meta/"));

            String next = Ids.jobId("o", "next");
            cluster.submit(next, 1, 0);
            cluster.cancel(next);
            pass(cluster, 5);

            assertThat(cluster.ends()).last().satisfies(end -> assertThat(end.sequence())
                    .isGreaterThan(last));
        }
    }
}
