package dev.millrace.scheduler.service.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.datastax.oss.driver.api.core.CqlSession;
import dev.millrace.dist.Records;
import dev.millrace.dist.SharedStack;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.cassandra.Cassandra;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.platform.cassandra.CqlMigrations;
import dev.millrace.platform.kafka.EventPublisher;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.platform.kafka.UnprocessableEventException;
import dev.millrace.scheduler.plan.PlanBuilder;
import dev.millrace.scheduler.service.documents.Documents;
import dev.millrace.scheduler.service.settings.PlannerSettings;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobRetryPlanned;
import dev.millrace.schemas.event.JobRetryRequested;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.RetryOf;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.history.RuntimeHistory;
import dev.millrace.schemas.history.SampleBuckets;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.spec.JobSpec;
import dev.millrace.schemas.topic.Topic;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests what the planner reads and writes, with the servers of the shared stack. */
class PlanningIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final long DAY_MS = 86_400_000;
    private static final long NOW_MS = 1_800_000_000_000L;

    private final SharedStack stack = SharedStack.get();
    private final Vertx vertx = Vertx.vertx();
    private final KafkaSettings kafka = stack.platform().kafka();

    @AfterEach
    void close() throws Exception {
        done(vertx.close());
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private JobPlanned halfFailed() throws Exception {
        String name = "half-failed-" + System.nanoTime();
        var run = stack.millrace(
                "submit",
                "--no-wait",
                SharedStack.spec(
                                name,
                                "apiVersion: millrace.dev/v1\nname: " + name
                                        + "\ndefaults: {retries: 0}\ntasks:\n  - {id: good, command: ['true']}\n"
                                        + "  - {id: bad, command: ['false']}\n")
                        .toString());
        String jobId = run.out().strip();
        stack.millrace("watch", jobId);
        return Records.of(kafka, Topic.QUEUE, JobPlanned.class).stream()
                .filter(it -> it.jobId().equals(jobId))
                .findFirst()
                .orElseThrow();
    }

    private Future<List<Event>> replan(JobPlanned job, int run, boolean failedOnly, int tasks) {
        return replan(stack.platform().cassandra(), job, run, failedOnly, tasks, 0);
    }

    private Future<List<Event>> replan(
            CassandraSettings settings, JobPlanned job, int run, boolean failedOnly, int tasks, long patienceMs) {
        var cassandra = new Cassandra(vertx, settings, "planning-it");
        var retryPlanner = new RetryPlanner(
                new VerdictReader(cassandra),
                new Documents(new BlobClient(stack.platform().artifactService()), () -> true, Duration.ofMinutes(10)),
                new PlanMemory(PlannerSettings.DEFAULTS),
                vertx.createSharedWorkerExecutor("planning-it"),
                patienceMs);
        var request = new JobRetryRequested(job.jobId(), job.pool(), "it", run, failedOnly, job.planDigest(), tasks);
        return cassandra.connected().compose(session -> retryPlanner.replan(request, new PlanMemory.Job()));
    }

    @Test
    void aRetryWaitsForTheViewsAndTakesFromThePlanWhatIsToRunAgain() throws Exception {
        JobPlanned job = halfFailed();
        var out = new ArrayList<Event>();
        await("the views show the end").atMost(SOON).ignoreExceptions().until(() -> {
            out.clear();
            return out.addAll(done(replan(job, 1, true, 1)));
        });

        assertThat(out).hasSize(2);
        assertThat(out.get(0)).isInstanceOf(JobRetryPlanned.class);
        assertThat(out.get(1)).isInstanceOfSatisfying(TaskQueued.class, it -> {
            assertThat(it.taskId()).isEqualTo(Ids.taskId(job.jobId(), 1));
            assertThat(it.retryOf()).isEqualTo(new RetryOf(1, 1, 1));
        });
        assertThat(done(replan(job, 1, false, 2))).hasSize(3);
        assertThat(done(replan(job, 0, true, 1))).as("a run that is over").isEmpty();
        assertThatThrownBy(() -> done(replan(stack.platform().cassandra(), job, 2, true, 1, 60_000)))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(RetryPlanner.ViewsTrailException.class);
        assertThatThrownBy(() -> done(replan(job, 2, true, 1)))
                .as("views that trail, and no patience left")
                .hasCauseInstanceOf(UnprocessableEventException.class);
        assertThatThrownBy(() -> done(replan(job, 1, true, 2)))
                .as("views that disagree, and no patience left")
                .hasCauseInstanceOf(UnprocessableEventException.class);
    }

    /** A job may be rejected or cancelled before it is planned. Its tasks would then be queued for nothing. */
    @Test
    void aJobThatHasEndedIsNotPlanned() throws Exception {
        JobPlanned ended = halfFailed();
        var submitted = new JobSubmitted(
                ended.jobId(),
                ended.pool(),
                ended.owner(),
                ended.name(),
                ended.project(),
                ended.priority(),
                ended.specDigest(),
                ended.submittedAtMs());
        await("the views show the end")
                .atMost(SOON)
                .ignoreExceptions()
                .until(() -> done(replan(ended, 1, true, 1)).size() == 2);
        try (var publisher = new EventPublisher(kafka, "planning-it", "it", Clock.systemUTC())) {
            publisher.publish(submitted).toCompletableFuture().get(60, TimeUnit.SECONDS);
        }
        halfFailed();

        assertThat(Records.of(kafka, Topic.QUEUE, JobPlanned.class))
                .filteredOn(it -> it.jobId().equals(ended.jobId()))
                .hasSize(1);
    }

    /**
     * If a repeated request were not done at once, it would be held until the run ends, and many such requests would block their partition.
     */
    @Test
    void aSecondRequestForARunThatHasBegunIsDone() throws Exception {
        JobPlanned job = halfFailed();
        var settings = stack.platform().cassandra().withKeyspace("retries_it_" + Long.toString(System.nanoTime(), 36));
        try (CqlSession session = settings.open("planning-it")) {
            new CqlMigrations(settings).apply(session);
            session.execute("INSERT INTO " + settings.keyspace() + ".jobs (job_id, state, run) VALUES ('" + job.jobId()
                    + "', 'running', 1)");

            assertThat(done(replan(settings, job, 1, true, 1, 60_000))).isEmpty();
            session.execute("DROP KEYSPACE " + settings.keyspace());
        }
    }

    @Test
    void aHistoryIsBoundedByTimeAndNumberAndOneThatTakesTooLongIsCutShort() throws Exception {
        var settings = stack.platform().cassandra().withKeyspace("planning_it_" + Long.toString(System.nanoTime(), 36));
        try (CqlSession session = settings.open("planning-it")) {
            new CqlMigrations(settings).apply(session);
            var insert = session.prepare("INSERT INTO " + settings.keyspace()
                    + ".runtime_samples (project,suite,bucket,test,finished_at,event_id,duration_ms,outcome,task_id)"
                    + " VALUES ('p','-',?,?,?,?,?,'passed','t')");
            // The 100 recent samples are fast. The 200 slow samples are too old to count.
            for (int i = 0; i < 300; i++) {
                long atMs = i < 100 ? NOW_MS - i : NOW_MS - 31 * DAY_MS - i;
                session.execute(insert.bind(SampleBuckets.of("often"), "often", atMs, "e" + i, i < 100 ? 50L : 9_000L));
            }
            session.execute(insert.bind(SampleBuckets.of("old"), "old", NOW_MS - 40 * DAY_MS, "e", 7_000L));
            var cassandra = new Cassandra(vertx, settings, "planning-it");
            done(cassandra.connected());
            JobSpec spec = Json.MAPPER.readValue(
                    """
                    {"apiVersion":"millrace.dev/v1","name":"p","tasks":[{"id":"often","command":["true"]},{"id":"old","command":["true"]}]}
                    """,
                    JobSpec.class);

            RuntimeHistory history = done(new HistoryReader(cassandra, 10_000, 100).read(spec, NOW_MS));
            RuntimeHistory hurried = done(new HistoryReader(cassandra, 0, 100).read(spec, NOW_MS));

            assertThat(history.of(PlanBuilder.NO_SUITE, "often"))
                    .hasValueSatisfying(it -> assertThat(it.ms()).isBetween(1L, 100L));
            assertThat(history.of(PlanBuilder.NO_SUITE, "old")).isEmpty();
            assertThat(hurried.of(PlanBuilder.NO_SUITE, "often")).isEmpty();
            session.execute("DROP KEYSPACE " + settings.keyspace());
            done(cassandra.close());
        }
    }

    @Test
    void aPublicationIsSeenWholeOrNotAtAll() throws Exception {
        var queue = new QueueTransaction(vertx, kafka, "planning-it-" + System.nanoTime(), Clock.systemUTC());
        // The job and the pool do not exist, so no scheduler does anything with the events.
        String jobId = Ids.jobId("it", "planning-it-" + System.nanoTime());
        Digest plan = Digest.of(new byte[0]);
        var small = new JobRetryPlanned(jobId, "planning-it", "it", 1, true, plan, 1, null);
        var tooLarge = new JobRetryPlanned(jobId, "planning-it", "x".repeat(40 << 20), 1, true, plan, 1, null);

        assertThatThrownBy(() -> done(queue.publish(List.of(small, tooLarge), null)));
        assertThat(replans(jobId)).as("of a publication that failed").isEmpty();

        done(queue.publish(List.of(small, small), null));
        assertThat(replans(jobId)).hasSize(2);
        done(queue.close());
    }

    private List<JobRetryPlanned> replans(String jobId) {
        return Records.of(kafka, Topic.QUEUE, JobRetryPlanned.class).stream()
                .filter(it -> it.jobId().equals(jobId))
                .toList();
    }
}
