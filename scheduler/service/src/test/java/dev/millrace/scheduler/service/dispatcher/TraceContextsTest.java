package dev.millrace.scheduler.service.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.codec.EventEnvelope;
import dev.millrace.schemas.codec.EventRouting;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.OwnerQuotaRequested;
import dev.millrace.schemas.event.Priority;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TraceContextsTest {
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final String JOB = Ids.jobId("o", "job");

    private static void submit(TopologyCluster cluster) {
        cluster.give(
                new JobSubmitted(
                        JOB, "default", "owner", "name", "project", Priority.NORMAL, Digest.of(new byte[1]), 1_000_000),
                TRACE);
    }

    private static List<EventEnvelope> ofJob(TopologyCluster cluster) {
        return cluster.published().stream()
                .filter(it -> Objects.equals(EventRouting.jobOf(it.data()), JOB))
                .toList();
    }

    @Test
    void inWhateverFollowsFromASubmissionShouldBeItsTraceAlsoAfterARestart() {
        try (var cluster = new TopologyCluster(1)) {
            submit(cluster);
            cluster.submit(JOB, 3, 0);
            assertThat(cluster.stored()).anyMatch(key -> key.contains("/trace/"));
            cluster.restart();
            cluster.online("e1", 2);
            for (int i = 0; i < 40 && cluster.ends().isEmpty(); i++) {
                cluster.beat("e1");
                cluster.report();
                cluster.tick();
            }

            assertThat(cluster.ends()).hasSize(1);
            assertThat(ofJob(cluster)).hasSizeGreaterThan(6).allMatch(it -> TRACE.equals(it.traceparent()));
            assertThat(cluster.stored()).as("after the end").noneMatch(key -> key.contains("/trace/"));
        }
    }

    @Test
    void inRequestOfAnotherPoolThatNamesAJobShouldNotTouchItsTrace() {
        try (var cluster = new TopologyCluster(1)) {
            submit(cluster);

            cluster.give(new OwnerQuotaRequested("other", "op", JOB, 1, 0), TRACE.replace("-01", "-00"));

            assertThat(cluster.stored())
                    .contains("default/trace/" + JOB)
                    .noneMatch(key -> key.startsWith("other/trace/"));
        }
    }

    @Test
    void inSubmissionThatChangesNothingShouldKeepNothing() {
        try (var cluster = new TopologyCluster(1)) {
            submit(cluster);
            cluster.cancel(JOB);
            cluster.submit(JOB, 1, 0);
            for (int i = 0; i < 8; i++) {
                cluster.tick();
            }

            submit(cluster);

            assertThat(cluster.stored()).noneMatch(key -> key.contains("/trace/"));
        }
    }
}
