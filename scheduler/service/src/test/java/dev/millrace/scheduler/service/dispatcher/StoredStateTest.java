package dev.millrace.scheduler.service.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.model.LiveAttempt;
import dev.millrace.scheduler.model.RevokedAttempt;
import dev.millrace.scheduler.model.StandingOverride;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.ExecutorMarked;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.Standing;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Tests a dispatcher whose store holds damaged entries or entries that another build wrote. */
class StoredStateTest {
    private static final String POOL = "default";
    private static final int TASKS = 4;
    private static final String JOB = Ids.jobId("o", "job");
    private static final String OTHER = Ids.jobId("o", "other");

    /** Changes every entry whose key contains {@code part}. */
    private static Consumer<Map<String, byte[]>> changing(String part, UnaryOperator<byte[]> change) {
        return entries -> {
            var keys =
                    entries.keySet().stream().filter(key -> key.contains(part)).toList();
            assertThat(keys).isNotEmpty();
            keys.forEach(key -> entries.computeIfPresent(key, (it, value) -> change.apply(value)));
        };
    }

    /** Submits two jobs, restarts the dispatcher with the changed store, starts an executor and lets it work for 60 ticks. */
    private static TopologyCluster afterRestart(Consumer<Map<String, byte[]>> change) {
        var cluster = new TopologyCluster(1);
        cluster.submit(JOB, TASKS, 0);
        cluster.submit(OTHER, TASKS, 0);
        cluster.tick();
        cluster.restart(change);
        cluster.online("e1", 2);
        for (int step = 0; step < 60; step++) {
            cluster.tick();
            cluster.beat("e1");
            cluster.report();
        }
        return cluster;
    }

    @Test
    void readsWhatBuildsWithoutVersionsWrote() {
        Consumer<Map<String, byte[]>> unversioned =
                entries -> entries.replaceAll((key, value) -> java.util.Arrays.copyOfRange(value, 1, value.length));

        try (var cluster = afterRestart(unversioned)) {
            assertThat(cluster.ends()).extracting(JobCompleted::jobId).containsExactlyInAnyOrder(JOB, OTHER);
            assertThat(cluster.verdicts()).hasSize(2 * TASKS);
        }
    }

    @Test
    void whatAnEarlierBuildDidNotKnowTakesItsZeroValue() {
        UnaryOperator<byte[]> withoutRetries = value -> {
            String json = new String(value, 1, value.length - 1, StandardCharsets.UTF_8);
            return json.replaceFirst("\"retries\":[0-9]+,", "").getBytes(StandardCharsets.UTF_8);
        };

        try (var cluster = afterRestart(changing("/task/", withoutRetries))) {
            assertThat(cluster.verdicts()).hasSize(2 * TASKS);
        }
    }

    @Test
    void aTaskThatCannotBeReadRunsAndGetsItsVerdict() {
        try (var cluster = afterRestart(changing(JOB + ".1", value -> new byte[] {1, '{'}))) {
            assertThat(cluster.ends()).extracting(JobCompleted::jobId).containsExactlyInAnyOrder(JOB, OTHER);
            assertThat(cluster.verdicts()).hasSize(2 * TASKS).containsKey(JOB + ".1 run 0");
        }
    }

    @Test
    void aJobThatCannotBeReadHoldsUpNoOther() {
        try (var cluster = afterRestart(changing("/job/" + JOB, value -> new byte[] {1, 'x'}))) {
            assertThat(cluster.ends()).extracting(JobCompleted::jobId).containsExactly(OTHER);
            assertThat(cluster.aside()).contains(POOL + "/job/" + JOB, POOL + "/task/" + JOB + ".0");
        }
    }

    @Test
    void whatALaterBuildWroteIsSetAside() {
        UnaryOperator<byte[]> later = value -> {
            value[0] = 9;
            return value;
        };

        try (var cluster = afterRestart(changing("/task/" + JOB + ".2", later))) {
            assertThat(cluster.aside()).containsExactly(POOL + "/task/" + JOB + ".2");
            assertThat(cluster.ends()).extracting(JobCompleted::jobId).containsExactlyInAnyOrder(JOB, OTHER);
        }
    }

    @Test
    void anEntryUnderNoProperKeyHoldsUpNothing() {
        Consumer<Map<String, byte[]>> strange = entries -> entries.putAll(new TreeMap<>(
                Map.of(POOL + "/x", new byte[] {1, '1'}, POOL + "/task/build-17.0", new byte[] {1, '{', '}'})));

        try (var cluster = afterRestart(strange)) {
            assertThat(cluster.ends()).extracting(JobCompleted::jobId).containsExactlyInAnyOrder(JOB, OTHER);
            assertThat(cluster.aside()).contains(POOL + "/x", POOL + "/task/build-17.0");
        }
    }

    @Test
    void aSequenceThatCannotBeReadGoesOnAboveAllThatWereGiven() {
        try (var cluster = afterRestart(changing("/meta/", value -> new byte[] {1, '?'}))) {
            assertThat(cluster.ends()).extracting(JobCompleted::jobId).containsExactlyInAnyOrder(JOB, OTHER);
            assertThat(cluster.ends()).allMatch(end -> end.sequence() > 1_000_000_000);
        }
    }

    @Test
    void readsRevokedAttemptsAndMarksAsTheyWereWritten() throws Exception {
        var revoked = new RevokedAttempt(
                "o",
                true,
                false,
                Ids.taskId(JOB, 1),
                new LiveAttempt(2, new Epoch(1, 7), "e1", "i1", 3, 400),
                5_000,
                null);
        var mark = new StandingOverride("e1", Standing.SUSPECT, ExecutorMarked.BY_SCHEDULER, "it failed much", "o");

        assertThat(StoredKind.REVOKED.read(StoredKind.REVOKED.write(revoked))).isEqualTo(revoked);
        assertThat(StoredKind.MARK.read(StoredKind.MARK.write(mark))).isEqualTo(mark);
        byte[] earlier = "\u0001{\"executorId\":\"e1\",\"standing\":\"suspect\",\"by\":\"scheduler\",\"reason\":\"r\"}"
                .getBytes(StandardCharsets.UTF_8);
        assertThat(StoredKind.MARK.read(earlier).onlyAccuser())
                .as("of an earlier build")
                .isNull();
    }
}
