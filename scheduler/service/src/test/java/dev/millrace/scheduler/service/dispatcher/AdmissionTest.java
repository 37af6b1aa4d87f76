package dev.millrace.scheduler.service.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.scheduler.PoolScheduler;
import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.EntityKind;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.PoolPolicy;
import dev.millrace.scheduler.model.PoolSnapshot;
import dev.millrace.scheduler.model.Registration;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.ExecutorDraining;
import dev.millrace.schemas.event.ExecutorOnline;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobRejected;
import dev.millrace.schemas.event.JobRetryPlanned;
import dev.millrace.schemas.event.JobStatus;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.OwnerQuotaRequested;
import dev.millrace.schemas.event.Priority;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests the limits for the memory of jobs, for what an owner may have, and for the size of a durable value. */
class AdmissionTest {
    private static final long MB = 1_000_000;
    private static final Digest SPEC = Digest.of(new byte[0]);

    private static boolean isRefused(long wanted, long ofOwner, long all) {
        return Admission.refusal(wanted, ofOwner, all, 100 * MB).isPresent();
    }

    @Test
    void anOwnerMayHaveAsMuchAsIsFree() {
        assertThat(isRefused(50 * MB, 0, 0)).isFalse();
        assertThat(isRefused(51 * MB, 0, 0)).isTrue();
        assertThat(isRefused(1 * MB, 50 * MB, 50 * MB)).isTrue();
        assertThat(isRefused(25 * MB, 0, 50 * MB)).isFalse();
        assertThat(isRefused(26 * MB, 0, 50 * MB)).isTrue();
        assertThat(isRefused(1, 0, 100 * MB)).isTrue();
    }

    @Test
    void whateverIsAskedForThereIsRoomLeft() {
        long all = 0;
        for (int owner = 0; owner < 20; owner++) {
            long ofOwner = 0;
            while (!isRefused(MB / 100, ofOwner, all)) {
                ofOwner += MB / 100;
                all += MB / 100;
            }
        }
        assertThat(all).isLessThan(100 * MB);
    }

    @Test
    void aJobThatThereIsNoRoomForIsRejectedAndOthersRun() {
        String large = Ids.jobId("o", "large");
        String small = Ids.jobId("o", "small");
        try (var cluster = new TopologyCluster(1, Map.of("scheduler.maxHeldBytes", Long.toString(1 << 20)))) {
            cluster.submit(large, 1_000, 0);
            cluster.submit(small, 20, 0);
            cluster.online("e1", 4);
            for (int i = 0; i < 60; i++) {
                cluster.beat("e1");
                cluster.tick();
                cluster.report();
            }

            assertThat(cluster.ends()).extracting(JobCompleted::jobId).containsExactly(large, small);
            assertThat(cluster.ends().get(0).status()).isEqualTo(JobStatus.REJECTED);
            assertThat(cluster.ends().get(0).reason()).contains("no room").contains("scheduler.maxHeldBytes");
            assertThat(cluster.verdicts()).hasSize(20);
        }
    }

    @Test
    void aJobIsTakenOnceOthersHaveEnded() {
        try (var cluster = new TopologyCluster(1, Map.of("scheduler.maxHeldBytes", Long.toString(1 << 20)))) {
            List<String> jobs = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                jobs.add(Ids.jobId("o", "job" + i));
                cluster.submit(jobs.get(i), 200, 0);
            }
            assertThat(cluster.ends()).extracting(JobCompleted::jobId).containsExactlyElementsOf(jobs.subList(2, 4));
            jobs.subList(0, 2).forEach(cluster::cancel);
            for (int i = 0; i < 10; i++) {
                cluster.tick();
            }
            String next = Ids.jobId("o", "next");
            cluster.submit(next, 200, 0);
            cluster.tick();

            assertThat(cluster.ends())
                    .extracting(JobCompleted::jobId)
                    .hasSize(4)
                    .doesNotContain(next);
        }
    }

    @Test
    void roomIsKeptForTasksThatHaveNotArrived() {
        try (var cluster = new TopologyCluster(1, Map.of("scheduler.maxHeldBytes", Long.toString(1 << 20)))) {
            String first = Ids.jobId("o", "first");
            String second = Ids.jobId("o", "second");
            cluster.plan(first, 400, null);
            cluster.plan(second, 400, null);

            assertThat(cluster.ends()).extracting(JobCompleted::jobId).containsExactly(second);
        }
    }

    @Test
    void aJobCountsWhatItsPlanSaysThatItsTasksTake() {
        try (var cluster = new TopologyCluster(1, Map.of("scheduler.maxHeldBytes", Long.toString(1 << 20)))) {
            String heavy = Ids.jobId("o", "heavy");
            cluster.plan(heavy, 10, 1L << 20);

            assertThat(cluster.ends()).extracting(JobCompleted::jobId).containsExactly(heavy);
        }
    }

    /** If many short jobs end in pools that then fall asleep, the scheduler remembers only the latest of them. */
    @Test
    void finishedJobsThatThereIsNoRoomForAreForgottenTheOldestFirst() {
        int kept = 60;
        try (var cluster = new TopologyCluster(1, Map.of("scheduler.maxFinishedBytes", "100000"))) {
            var numbers = new HashMap<String, Integer>();
            for (int i = 0; i < 200; i++) {
                String job = Ids.jobId("o", "job" + i);
                numbers.put(job, i);
                cluster.give(JobRejected.of(submission(job, "pool" + i % 5), "no such class"));
                cluster.tick();
            }
            // While finished jobs take too much memory, sleeping pools get a tick every half minute.
            for (int i = 0; i < 200; i++) {
                cluster.tick();
            }

            List<Integer> left = cluster.stored().stream()
                    .filter(key -> key.contains("/job/"))
                    .map(key -> numbers.get(key.substring(key.lastIndexOf('/') + 1)))
                    .toList();
            assertThat(left).hasSizeBetween(kept / 2, 2 * kept);
            assertThat(left).allSatisfy(number -> assertThat(number).isGreaterThan(199 - 2 * kept));
        }
    }

    private static JobSubmitted submission(String jobId, String pool) {
        return new JobSubmitted(jobId, pool, "o", jobId, "p", Priority.NORMAL, SPEC, 1_000);
    }

    @Test
    void poolsThatSleepTakeNoRoom() {
        try (var cluster = new TopologyCluster(1, Map.of("scheduler.maxHeldBytes", Long.toString(1 << 20)))) {
            cluster.restart(entries -> {
                for (int i = 0; i < 100; i++) {
                    entries.put("p" + i + "/policy/settings", StoredKind.POLICY.write(PoolPolicy.DEFAULT));
                }
            });
            cluster.plan(Ids.jobId("o", "small"), 20, null);

            assertThat(cluster.ends()).isEmpty();
        }
    }

    @Test
    void poolsOfAnOwnerCountForIt() {
        try (var cluster = new TopologyCluster(1, Map.of("scheduler.maxHeldBytes", Long.toString(1 << 20)))) {
            for (int i = 0; i < 100; i++) {
                String job = Ids.jobId("greedy", "job" + i);
                cluster.give(new JobSubmitted(job, "p" + i, "greedy", "n", "n", Priority.NORMAL, SPEC, 1_000));
            }
            int taken = 100 - cluster.ends().size();

            // The owner may take half of the memory, about 524,000 bytes. Each of these jobs takes about 22,000 bytes
            // together with its
            // pool.
            assertThat(taken).isBetween(20, 24);
        }
    }

    /** Without a limit, the planner would have to read all of these jobs before the jobs that other owners submit after them. */
    @Test
    void jobsThatWaitForTheirPlanHaveALimitForEachOwner() {
        try (var cluster = new TopologyCluster(1, Map.of("scheduler.maxUnplannedJobs", "3"))) {
            for (int i = 0; i < 5; i++) {
                cluster.give(submitted("greedy", i));
            }
            cluster.give(submitted("other", 5));
            assertThat(cluster.ends())
                    .extracting(JobCompleted::jobId)
                    .containsExactly(Ids.jobId("greedy", "job3"), Ids.jobId("greedy", "job4"));
            assertThat(cluster.ends().get(0).reason()).contains("3 jobs").contains("scheduler.maxUnplannedJobs");

            cluster.give(JobRejected.of(submitted("greedy", 0), "it cannot be planned"));
            cluster.give(submitted("greedy", 6));

            assertThat(cluster.ends())
                    .extracting(JobCompleted::jobId)
                    .hasSize(3)
                    .doesNotContain(Ids.jobId("greedy", "job6"));
        }
    }

    /** An owner can invent any number of pool names, so a limit that counts each pool alone would have no effect. */
    @Test
    void jobsThatWaitForTheirPlanAreCountedInAllPools() {
        try (var cluster = new TopologyCluster(1, Map.of("scheduler.maxUnplannedJobs", "3"))) {
            for (int i = 0; i < 5; i++) {
                cluster.give(submitted("pool" + i, "greedy", i));
            }

            assertThat(cluster.ends())
                    .extracting(JobCompleted::jobId)
                    .containsExactly(Ids.jobId("greedy", "job3"), Ids.jobId("greedy", "job4"));
        }
    }

    private static JobSubmitted submitted(String owner, int number) {
        return submitted("default", owner, number);
    }

    private static JobSubmitted submitted(String pool, String owner, int number) {
        return new JobSubmitted(Ids.jobId(owner, "job" + number), pool, owner, "n", "n", Priority.NORMAL, SPEC, 1_000);
    }

    /**
     * The scheduler checks each of the different needs before every placement, so they also slow down the placement of other owners' tasks.
     */
    @Test
    void differentNeedsOfWaitingTasksHaveALimitForEachOwner() {
        try (var cluster = new TopologyCluster(1, Map.of("scheduler.maxDifferentNeeds", "10"))) {
            String first = Ids.jobId("o", "first");
            String second = Ids.jobId("o", "second");
            cluster.submit(first, 10, 0, index -> new Needs(1_000 + index, 0, Map.of()));
            cluster.plan(second, 1, null);

            assertThat(cluster.ends()).extracting(JobCompleted::jobId).containsExactly(second);
            assertThat(cluster.ends().get(0).reason()).contains("10 different needs");
            cluster.cancel(first);
            String third = Ids.jobId("o", "third");
            cluster.plan(third, 1, null);
            assertThat(cluster.ends()).extracting(JobCompleted::jobId).doesNotContain(third);
        }
    }

    @Test
    void furtherOwnersGetNoSettings() {
        try (var cluster = new TopologyCluster(1, Map.of("scheduler.maxOwners", "3"))) {
            for (int i = 0; i < 5; i++) {
                cluster.give(new OwnerQuotaRequested("default", "operator", "owner" + i, 2, 0));
            }
            cluster.give(new OwnerQuotaRequested("default", "operator", "owner0", 3, 0));
            cluster.restart();

            assertThat(cluster.dead()).isEqualTo(2);
            assertThat(cluster.stored())
                    .filteredOn(key -> key.contains("/owner/"))
                    .containsExactlyInAnyOrder("default/owner/owner0", "default/owner/owner1", "default/owner/owner2");
        }
    }

    @Test
    void aRetryOfAJobThatIsForgottenIsPutAside() {
        try (var cluster = new TopologyCluster(1)) {
            cluster.give(new JobRetryPlanned(Ids.jobId("o", "gone"), "default", "o", 1, true, SPEC, 1, null));

            assertThat(cluster.dead()).isEqualTo(1);
        }
    }

    /**
     * The stored value of an executor contains the names of its last incarnations. With many long names it would be too large for the
     * changelog, and each further write would fail too.
     */
    @Test
    void executorsWithLongNamesOfLivesArePutAside() {
        try (var cluster = new TopologyCluster(1)) {
            for (int i = 0; i < 6; i++) {
                cluster.give(
                        new ExecutorOnline("e1", "default", i + "x".repeat(200_000), 1, "host", Map.of(), null, null));
            }
            assertThat(cluster.dead()).isEqualTo(6);
            cluster.online("e1", 2);
            cluster.beat("e1");
            assertThat(cluster.stored()).contains("default/executor/e1");
        }
    }

    @Test
    void aValueThatIsTooLargeToBeWrittenIsRefusedBeforeAnythingIs() {
        var labels = Map.of("label", "x".repeat(PoolStore.MAX_RECORD_BYTES));
        var registration = new Registration("e1", "life", 1, false, List.of(), labels, null, null);
        var state = PoolState.restore(
                "default", CoreConfig.DEFAULTS, new PoolSnapshot().put(EntityKind.EXECUTOR, "e1", registration), 0);
        var scheduler = new PoolScheduler(state);
        scheduler.handle(new ExecutorDraining("e1", "default", "life", "no disk"), 1, true, new Now(1, 1));

        assertThatThrownBy(() -> PoolStore.writes(state, state.drainDirty()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("default/executor/e1");
    }
}
