package dev.millrace.scheduler.service.planner;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.blob.BlobNotFoundException;
import dev.millrace.platform.blob.CorruptBlobException;
import dev.millrace.platform.kafka.BatchConsumer;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.scheduler.plan.PlanBuilder;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobRejected;
import dev.millrace.schemas.event.JobRetryRequested;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.Rerun;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.history.HistoryKey;
import dev.millrace.schemas.history.RuntimeHistory;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.plan.PlannedTask;
import dev.millrace.schemas.spec.InvalidSpecException;
import dev.millrace.schemas.spec.JobSpec;
import dev.millrace.schemas.spec.JobSpecReader;
import dev.millrace.schemas.topic.Topic;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plans each submitted job. A repeated submission is planned again, perhaps otherwise since history moved on; the dispatcher
 * takes the first plan on the log. Trouble of a backend is retried until it heals; without Cassandra jobs are planned
 * without history. A job that cannot be planned at all is rejected with the reason.
 */
public final class Planner {
    private static final Logger LOG = LoggerFactory.getLogger(Planner.class);

    /** Each may wait for backends, and a batch must end within the group's poll interval. */
    private static final int JOBS_PER_BATCH = 20;

    private final BatchConsumer consumer;
    private final QueueTransaction queue;
    private final HistoryReader history;
    private final Replanner replanner;
    private final BlobClient blobs;
    private final WorkerExecutor blobIo;
    private final JobSpecReader specs = new JobSpecReader();

    /** Of the batch at hand: trying the rest again must not publish these again. */
    private final Set<String> planned = new HashSet<>();

    public Planner(
            Vertx vertx,
            KafkaSettings kafka,
            String instance,
            HistorySource historySource,
            BlobClient blobs,
            Clock clock) {
        this.blobs = blobs;
        this.blobIo = vertx.createSharedWorkerExecutor("planner-blobs", 2);
        this.queue = new QueueTransaction(vertx, kafka, instance, clock);
        this.history = historySource.open(vertx);
        this.replanner = new Replanner(
                vertx, new VerdictReader(vertx, historySource.session(), historySource.settings()), blobs, blobIo);
        this.consumer =
                new BatchConsumer(vertx, kafka, "millrace-planner", Set.of(Topic.JOBS), JOBS_PER_BATCH, this::plan);
    }

    public Future<Void> start() {
        return consumer.start();
    }

    public boolean isHealthy() {
        return consumer.isHealthy();
    }

    public Future<Void> stop() {
        return consumer.stop().compose(stopped -> queue.close());
    }

    private Future<Void> plan(List<BatchConsumer.Received> events) {
        Future<Void> chain = Future.succeededFuture();
        for (BatchConsumer.Received received : events) {
            String position = received.topic() + "-" + received.partition() + "@" + received.offset();
            if (planned.contains(position)) {
                continue;
            }
            if (received.envelope().data() instanceof JobSubmitted job) {
                chain = chain.compose(done -> plan(job, received.envelope().traceparent()))
                        .onSuccess(done -> planned.add(position));
            } else if (received.envelope().data() instanceof JobRetryRequested job) {
                chain = chain.compose(done -> replan(job, received.envelope().traceparent()))
                        .onSuccess(done -> planned.add(position));
            }
        }
        return chain.onSuccess(done -> planned.clear());
    }

    private Future<Void> plan(JobSubmitted job, @Nullable String traceparent) {
        return blobIo.executeBlocking(() -> readSpec(job))
                .compose(spec ->
                        history(job, spec).compose(known -> blobIo.executeBlocking(() -> makePlan(job, spec, known))))
                .recover(failure -> rejection(job, failure))
                .compose(output -> queue.publish(output, traceparent))
                .onSuccess(
                        done -> LOG.atInfo().addKeyValue("jobId", job.jobId()).log("job planned"));
    }

    private Future<Void> replan(JobRetryRequested job, @Nullable String traceparent) {
        return replanner
                .replan(job)
                .recover(failure -> {
                    if (isTransient(failure)) {
                        return Future.failedFuture(failure);
                    }
                    LOG.atError()
                            .addKeyValue("jobId", job.jobId())
                            .setCause(failure)
                            .log("a retry is dropped: its plan cannot be read");
                    return Future.succeededFuture(List.of());
                })
                .compose(output -> output.isEmpty() ? Future.succeededFuture() : queue.publish(output, traceparent));
    }

    private JobSpec readSpec(JobSubmitted job) throws Exception {
        String text = new String(blobs.get(job.specDigest()), StandardCharsets.UTF_8);
        return specs.read("spec.json", text);
    }

    private Future<RuntimeHistory> history(JobSubmitted job, JobSpec spec) {
        return history.read(spec).recover(failure -> {
            LOG.atWarn()
                    .addKeyValue("jobId", job.jobId())
                    .addKeyValue("cause", failure)
                    .log("planning without history");
            return Future.succeededFuture(RuntimeHistory.NONE);
        });
    }

    private List<Event> makePlan(JobSubmitted job, JobSpec spec, RuntimeHistory known) throws Exception {
        Plan plan = new PlanBuilder(known, job.submittedAtMs()).build(job.jobId(), spec);
        Digest digest = blobs.put(plan.canonicalBytes());
        var events = new ArrayList<Event>();
        events.add(new JobPlanned(
                job.jobId(),
                job.pool(),
                job.owner(),
                job.name(),
                job.project(),
                job.priority(),
                job.specDigest(),
                digest,
                plan.tasks().size(),
                job.submittedAtMs(),
                spec.failFast() == null ? null : spec.failFast().failures()));
        for (PlannedTask task : plan.tasks()) {
            events.add(queued(job.jobId(), job.pool(), job.project(), digest, task, null));
        }
        return events;
    }

    static TaskQueued queued(
            String jobId, String pool, String project, Digest planDigest, PlannedTask task, @Nullable Rerun rerun) {
        String suite = task.suite() == null ? PlanBuilder.NO_SUITE : task.suite();
        return new TaskQueued(
                Ids.taskId(jobId, task.index()),
                jobId,
                pool,
                task.index(),
                planDigest,
                task.name(),
                new HistoryKey(project, suite, task.test()).toString(),
                task.estimateMs(),
                task.estimateUpperMs() > 0 ? task.estimateUpperMs() : null,
                task.estimateSource(),
                task.retries(),
                task.gating(),
                task.repeatable(),
                task.needs(),
                rerun);
    }

    /** What trying again may mend is tried again; a job that fails to be planned by itself must not hold up the others. */
    private static Future<List<Event>> rejection(JobSubmitted job, Throwable failure) {
        if (isTransient(failure)) {
            return Future.failedFuture(failure);
        }
        boolean foreseen = failure instanceof PlanBuilder.RejectedException
                || failure instanceof InvalidSpecException
                || failure instanceof IOException;
        if (!foreseen) {
            LOG.atError().addKeyValue("jobId", job.jobId()).setCause(failure).log("a job cannot be planned");
        }
        return Future.succeededFuture(List.of(new JobRejected(
                job.jobId(),
                job.pool(),
                job.owner(),
                job.name(),
                job.project(),
                job.priority(),
                job.specDigest(),
                foreseen ? String.valueOf(failure.getMessage()) : "the job cannot be planned: " + failure,
                job.submittedAtMs())));
    }

    private static boolean isTransient(Throwable failure) {
        boolean storeIsAway = failure instanceof IOException
                && !(failure instanceof BlobNotFoundException)
                && !(failure instanceof CorruptBlobException)
                && !(failure instanceof JsonProcessingException);
        return storeIsAway || failure instanceof InterruptedException;
    }
}
