package dev.millrace.scheduler.service.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.TaskQueued;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests that a verdict that is too large to be written prevents neither the input that leads to it nor other decisions that are due. */
class UnwritableDecisionTest {
    private static final String POOL = "default";
    private static final String LARGE = Ids.jobId("o", "large");
    private static final String OTHER = Ids.jobId("o", "other");

    /**
     * The length of a long task name. The event that queues the task fits into the size limit of an event. Its verdict does not, because it
     * also contains the project.
     */
    private static final int NAME = EventCodec.MAX_EVENT_BYTES - 1_000;

    private static final String PROJECT = "p".repeat(1_000);

    private static void submit(TopologyCluster cluster, String jobId, String name) {
        Digest plan = Digest.of(jobId.getBytes(StandardCharsets.UTF_8));
        cluster.give(new JobSubmitted(jobId, POOL, "owner", "name", PROJECT, Priority.NORMAL, plan, 0));
        cluster.give(
                new JobPlanned(jobId, POOL, "owner", "name", PROJECT, Priority.NORMAL, plan, plan, 1, 0, null, null));
        cluster.give(new TaskQueued(
                Ids.taskId(jobId, 0),
                jobId,
                POOL,
                0,
                plan,
                name,
                "t",
                1_000,
                null,
                "",
                0,
                true,
                null,
                new Needs(0, 0, Map.of("host", jobId)),
                null));
    }

    private static TopologyCluster withBothJobs() {
        var cluster = new TopologyCluster(1, Map.of("scheduler.expireAfterMs", "1000"));
        submit(cluster, LARGE, "n".repeat(NAME));
        submit(cluster, OTHER, "n");
        return cluster;
    }

    @Test
    void whatElseExpiresInTheSameTickDoes() {
        try (var cluster = withBothJobs()) {
            for (int i = 0; i < 20; i++) {
                cluster.tick();
            }

            assertThat(cluster.ends()).extracting(JobCompleted::jobId).containsExactly(OTHER);
            assertThat(cluster.dead()).isZero();
            assertThat(cluster.verdicts()).hasSize(1);
        }
    }

    @Test
    void theInputBeforeItStandsAfterARestartToo() {
        try (var cluster = withBothJobs()) {
            cluster.cancel(LARGE);
            cluster.restart();
            cluster.cancel(OTHER);
            cluster.tick();

            assertThat(cluster.ends()).extracting(JobCompleted::jobId).containsExactly(OTHER);
            assertThat(cluster.dead()).isZero();
        }
    }
}
