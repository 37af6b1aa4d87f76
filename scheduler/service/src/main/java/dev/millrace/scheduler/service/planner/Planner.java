package dev.millrace.scheduler.service.planner;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.platform.blob.BlobNotFoundException;
import dev.millrace.platform.blob.CorruptBlobException;
import dev.millrace.platform.blob.RefusedException;
import dev.millrace.platform.cassandra.Cassandra;
import dev.millrace.platform.kafka.BatchConsumer;
import dev.millrace.platform.kafka.ConcurrentConsumer;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.scheduler.plan.PlanBuilder;
import dev.millrace.scheduler.service.documents.Documents;
import dev.millrace.scheduler.service.settings.PlannerSettings;
import dev.millrace.scheduler.state.HeldBytes;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobRejected;
import dev.millrace.schemas.event.JobRetryRequested;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.RetryOf;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.history.HistoryKey;
import dev.millrace.schemas.history.RuntimeHistory;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.plan.PlannedScope;
import dev.millrace.schemas.plan.PlannedTask;
import dev.millrace.schemas.spec.InvalidSpecException;
import dev.millrace.schemas.spec.JobSpec;
import dev.millrace.schemas.spec.JobSpecReader;
import dev.millrace.schemas.topic.Topic;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.kafka.client.common.TopicPartition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plans submitted jobs, several at the same time. A submission that is delivered twice is planned twice, and the second plan may differ
 * because the history has changed; the dispatcher accepts the first plan on the log. While a backend is down, the jobs that need it are
 * tried again until it is back, and other jobs do not wait. Without Cassandra, jobs are planned without history, and retries wait. A job
 * that cannot be planned at all is rejected with the reason.
 */
public final class Planner {
    private static final Logger LOG = LoggerFactory.getLogger(Planner.class);

    private static final int MAX_REASON_CHARS = 8_000;

    private final ConcurrentConsumer consumer;
    /** The reason for rejecting a submission of a job that has already ended. */
    private static final String ENDED = "it has ended already; to run it again, retry it or submit it with another key";

    private final QueueTransactions queue;
    private final HistoryReader history;
    private final VerdictReader verdicts;
    private final RetryPlanner retryPlanner;
    private final Documents documents;
    private final PlanMemory memory;
    private final WorkerExecutor io;
    private final KafkaSettings kafka;
    private final JobSpecReader specs = new JobSpecReader();

    public Planner(
            Vertx vertx,
            PlannerSettings settings,
            KafkaSettings kafka,
            Cassandra cassandra,
            Documents documents,
            Clock clock) {
        this.kafka = kafka;
        this.documents = documents;
        this.memory = new PlanMemory(settings);
        // One thread for each job that may be planned at the same time, so that a job that waits for the artifact
        // service does not delay the others.
        this.io = vertx.createSharedWorkerExecutor("planner-io", settings.maxPlans());
        this.queue = new QueueTransactions(vertx, kafka, clock);
        this.history = new HistoryReader(cassandra, settings.historyTimeoutMs(), settings.maxHistorySamples());
        this.verdicts = new VerdictReader(cassandra);
        this.retryPlanner = new RetryPlanner(verdicts, documents, memory, io, settings.retryPatienceMs());
        this.consumer = new ConcurrentConsumer(
                vertx,
                kafka,
                "millrace-planner",
                Set.of(Topic.JOBS),
                new ConcurrentConsumer.Limits(
                        settings.maxPlans(), settings.maxPlansPerOwner(), settings.maxUnplanned()),
                event -> turnOf(event.envelope().data()),
                this::process);
    }

    /**
     * Returns the key by which events take turns to be planned. The key is the owner and not the pool, since an owner can invent any number
     * of pool names. The urgent jobs of an owner have a key of their own.
     */
    static String turnOf(Event event) {
        if (event instanceof JobSubmitted job) {
            return job.owner() + (job.priority() == Priority.URGENT ? "/urgent" : "");
        }
        return event instanceof JobRetryRequested retry ? retry.by() : "";
    }

    public Future<Void> start() {
        // A planner that died may have left transactions open. This process is often its successor, so it ends them now
        // and does not wait until it gets partitions.
        queue.fence(IntStream.range(0, kafka.poolPartitions()).boxed().toList());
        return consumer.start(assigned ->
                queue.fence(assigned.stream().map(TopicPartition::getPartition).toList()));
    }

    /** Why no job gets planned at present, or null while jobs do. */
    public @Nullable String trouble() {
        return consumer.trouble();
    }

    public Future<Void> stop() {
        return consumer.stop().compose(stopped -> queue.close()).eventually(io::close);
    }

    private Future<Void> process(BatchConsumer.Received received) {
        String traceparent = received.envelope().traceparent();
        if (received.envelope().data() instanceof JobSubmitted job) {
            return hasEnded(job)
                    .compose(ended -> ended
                            ? queue.publish(received.partition(), List.of(JobRejected.of(job, ENDED)), traceparent)
                            : plan(job, received.partition(), traceparent));
        }
        if (received.envelope().data() instanceof JobRetryRequested job) {
            var held = new PlanMemory.Job();
            return retryPlanner
                    .replan(job, held)
                    .compose(output -> output.isEmpty()
                            ? Future.succeededFuture()
                            : queue.publish(received.partition(), output, traceparent))
                    .onComplete(done -> held.close());
        }
        return Future.succeededFuture();
    }

    /**
     * Returns whether the views show that the job has already ended, for example because it was rejected or cancelled. Nobody needs its
     * tasks then, so the job is rejected. A dispatcher that remembers the job ignores the rejection. A dispatcher that has forgotten the
     * job and admitted it again would otherwise wait for its plan forever.
     */
    private Future<Boolean> hasEnded(JobSubmitted job) {
        return verdicts.lastRun(job.jobId())
                .map(run -> run.map(VerdictReader.Run::finished).orElse(false))
                .otherwise(false);
    }

    private Future<Void> plan(JobSubmitted job, int partition, @Nullable String traceparent) {
        var held = new PlanMemory.Job();
        return io.executeBlocking(() -> readSpec(job, held), false)
                .compose(spec -> history(job, spec)
                        .compose(known -> io.executeBlocking(() -> makePlan(job, spec, known, held), false)))
                .recover(failure -> rejection(job, failure))
                .compose(output -> queue.publish(partition, output, traceparent))
                .onComplete(done -> held.close())
                .onSuccess(
                        done -> LOG.atInfo().addKeyValue("jobId", job.jobId()).log("job planned"));
    }

    private JobSpec readSpec(JobSubmitted job, PlanMemory.Job held) throws Exception {
        byte[] text = documents.get(job.specDigest());
        memory.takeSpec(held, text.length);
        return specs.readBody(new String(text, StandardCharsets.UTF_8));
    }

    private Future<RuntimeHistory> history(JobSubmitted job, JobSpec spec) {
        return history.read(spec, job.submittedAtMs()).recover(failure -> {
            LOG.atWarn()
                    .addKeyValue("jobId", job.jobId())
                    .addKeyValue("cause", failure)
                    .log("planning without history");
            return Future.succeededFuture(RuntimeHistory.NONE);
        });
    }

    private List<Event> makePlan(JobSubmitted job, JobSpec spec, RuntimeHistory known, PlanMemory.Job held)
            throws Exception {
        var builder = new PlanBuilder(known, job.submittedAtMs());
        Plan plan = memory.make(held, () -> builder.build(job.jobId(), spec));
        Digest digest = documents.put(plan.canonicalBytes());
        List<TaskQueued> tasks = plan.tasks().stream()
                .map(task -> queued(job.jobId(), job.pool(), job.project(), digest, task, null))
                .toList();
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
                plan.tests(),
                job.submittedAtMs(),
                spec.failFast() == null ? null : spec.failFast().failures(),
                taskBytes(tasks),
                plan.scopes() == 0 ? null : plan.scopes()));
        events.addAll(tasks);
        return events;
    }

    /** Returns the heap bytes that the dispatcher reserves before it admits the tasks. */
    static long taskBytes(List<TaskQueued> tasks) {
        return tasks.stream().mapToLong(HeldBytes::of).sum();
    }

    static TaskQueued queued(
            String jobId, String pool, String project, Digest planDigest, PlannedTask task, @Nullable RetryOf retryOf) {
        String suite = task.suite() == null ? PlanBuilder.NO_SUITE : task.suite();
        PlannedScope scope = task.scope();
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
                retryOf,
                scope == null ? null : scope.id(),
                scope == null ? null : scope.role(),
                scope == null ? null : scope.rules());
    }

    /**
     * Returns the rejection of a job, or the failure itself if trying again may help. A job that cannot be planned must not hold up the
     * others.
     */
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
        String reason = foreseen ? String.valueOf(failure.getMessage()) : "the job cannot be planned: " + failure;
        return Future.succeededFuture(List.of(JobRejected.of(job, brief(reason))));
    }

    /** Shortens a reason, since it may quote texts of the spec that are longer than an event may be. */
    static String brief(String reason) {
        return reason.length() <= MAX_REASON_CHARS ? reason : reason.substring(0, MAX_REASON_CHARS) + "…";
    }

    private static boolean isTransient(Throwable failure) {
        boolean storeIsAway = failure instanceof IOException
                && !(failure instanceof BlobNotFoundException)
                && !(failure instanceof CorruptBlobException)
                && !(failure instanceof RefusedException)
                && !(failure instanceof JsonProcessingException);
        return storeIsAway || failure instanceof InterruptedException;
    }
}
