package dev.millrace.gateway.api;

import dev.millrace.gateway.live.JobHub;
import dev.millrace.gateway.live.KnownJob;
import dev.millrace.gateway.settings.GatewaySettings;
import dev.millrace.gateway.view.JobListing.JobCursor;
import dev.millrace.gateway.view.JobView;
import dev.millrace.gateway.view.JobViews;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.http.Bodies;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.Problem;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.platform.work.Bulkhead;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.JobCancelRequested;
import dev.millrace.schemas.event.JobCounts;
import dev.millrace.schemas.event.JobRetryRequested;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.spec.JobSpec;
import dev.millrace.schemas.spec.SpecLimits;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The operations on jobs: submit, list, get, cancel, retry. */
public final class JobsApi {
    /** Maximum number of runs of a job. It is limited because the attempts of all runs of a task are shown together. */
    private static final int MAX_RUNS = 100;

    private static final int MAX_KEY = 200;
    private static final int PAGE = 50;

    private final GatewaySettings settings;
    private final Bulkhead artifacts;
    private final SubmissionRate rate;
    private final Publishing publishing;
    private final Bodies bodies;
    private final BlobClient blobs;
    private final JobViews views;
    private final JobHub hub;
    private final JobLookup jobs;
    private final Clock clock;
    private final Map<String, Underway> underway = new ConcurrentHashMap<>();

    public JobsApi(
            GatewaySettings settings,
            Bulkhead artifacts,
            Publishing publishing,
            Bodies bodies,
            BlobClient blobs,
            JobViews views,
            JobHub hub,
            JobLookup jobs,
            SubmissionRate rate,
            Clock clock) {
        this.settings = settings;
        this.artifacts = artifacts;
        this.rate = rate;
        this.publishing = publishing;
        this.bodies = bodies;
        this.blobs = blobs;
        this.views = views;
        this.hub = hub;
        this.jobs = jobs;
        this.clock = clock;
    }

    /** A page of jobs. */
    record JobPage(List<JobView> jobs, @Nullable String nextCursor) {}

    void submit(RoutingContext context) {
        String key = context.request().getHeader("Idempotency-Key");
        if (key != null && (key.isBlank() || key.length() > MAX_KEY)) {
            throw new HttpProblemException(
                    ProblemKind.BAD_PARAMETER, "Idempotency-Key has 1 to " + MAX_KEY + " characters");
        }
        String owner = Owners.of(context, settings.owner());
        rate.take(context, owner);
        String traceparent = TraceContext.of(context.request());
        SpecBody.read(context, bodies, settings.maxBodyBytes(), body -> submission(owner, key, body), submission -> {
                    rate.takeTasks(context, owner, submission.tasks());
                    return submit(submission, key != null, traceparent)
                            .map(done -> submission.job().jobId());
                })
                .onSuccess(jobId -> {
                    context.response().putHeader("Location", "/v1/jobs/" + jobId);
                    Answers.send(context, 202, Map.of("id", jobId, "href", "/v1/jobs/" + jobId));
                })
                .onFailure(context::fail);
    }

    /**
     * A submission that waits for the artifact service. It does not hold the parsed spec, which may be many times larger than the document.
     *
     * @param document the spec as it is stored
     * @param tasks upper bound for the number of tasks; the planner decides later into how many tasks a suite is split
     */
    private record Submission(JobSubmitted job, @Nullable Digest inputTree, Buffer document, long tasks) {}

    private Submission submission(String owner, @Nullable String key, SpecBody body) {
        JobSpec spec = body.spec();
        String pool = spec.poolOrDefault();
        // An Idempotency-Key is valid for one owner in one pool, because the dispatcher of the pool recognises
        // repetitions of a job.
        String own = key == null ? UUID.randomUUID().toString() : Ids.hash(pool, key);
        var job = new JobSubmitted(
                Ids.jobId(owner, own),
                pool,
                owner,
                spec.name(),
                spec.projectOrName(),
                spec.priorityOrDefault(),
                body.digest(),
                clock.millis());
        return new Submission(
                job, spec.inputTree(), body.document(), Math.min(spec.tasksAtMost(), SpecLimits.MAX_TASKS));
    }

    private Future<Void> submit(Submission submission, boolean maybeRepeated, @Nullable String traceparent) {
        JobSubmitted job = submission.job();
        if (!maybeRepeated) {
            return storeAndPublish(submission, job, traceparent);
        }
        var mine = new Underway(job.specDigest(), Promise.promise());
        Underway first = underway.putIfAbsent(job.jobId(), mine);
        if (first != null) {
            return repeated(first.spec().hex(), job.specDigest())
                    .compose(same -> first.done().future());
        }
        return existing(job.jobId())
                .compose(known -> known.isPresent()
                        ? repeated(known.get(), job.specDigest())
                        : storeAndPublish(submission, job, traceparent))
                // Submitting works even while Cassandra is down, because the dispatcher also recognises repetitions.
                .recover(failure -> failure instanceof ViewsAwayException
                        ? storeAndPublish(submission, job.asMaybeRepeated(), traceparent)
                        : Future.failedFuture(failure))
                .onComplete(done -> underway.remove(job.jobId()))
                .onComplete(mine.done());
    }

    /** The first submission with a key, while it is being handled. A request that repeats it in the meantime waits for its result. */
    private record Underway(Digest spec, Promise<Void> done) {}

    private Future<Void> storeAndPublish(Submission submission, JobSubmitted job, @Nullable String traceparent) {
        return artifacts
                .call(() -> stored(submission))
                .compose(stored -> publishing.publish(job, traceparent))
                .onSuccess(done -> hub.remember(job));
    }

    /** The views cannot be read, so it is unknown whether the job exists. */
    private static final class ViewsAwayException extends Exception {
        private static final long serialVersionUID = 1L;

        ViewsAwayException(Throwable cause) {
            super(cause);
        }
    }

    /**
     * Returns the digest of the spec of the job with this id, if the job exists. It comes from this gateway's memory, or else from the
     * view. Fails with {@link ViewsAwayException} if the view cannot be read.
     */
    private Future<Optional<String>> existing(String jobId) {
        Optional<KnownJob> known = hub.known(jobId);
        if (known.isPresent()) {
            return Future.succeededFuture(known.map(KnownJob::specDigest));
        }
        return views.job(jobId)
                .recover(failure -> Future.failedFuture(new ViewsAwayException(failure)))
                .map(view -> view.flatMap(it -> Optional.ofNullable(it.specDigest())));
    }

    private static Future<Void> repeated(String knownSpec, Digest spec) {
        return knownSpec.equals(spec.hex())
                ? Future.succeededFuture()
                : Future.failedFuture(new HttpProblemException(
                        ProblemKind.IDEMPOTENCY_KEY_REUSED, "the Idempotency-Key was used before with another body"));
    }

    /**
     * Checks that the inputs exist, and stores the spec. With missing inputs every task would fail later, when the client may not watch any
     * more.
     */
    private Digest stored(Submission submission) throws IOException {
        Digest tree = submission.inputTree();
        if (tree != null && !blobs.missing(List.of(tree)).isEmpty()) {
            throw new HttpProblemException(
                    ProblemKind.INVALID_SPEC,
                    "the job spec is not valid",
                    List.of(new Problem.Finding(
                            "/inputTree",
                            "the artifact service has no tree " + tree.hex() + "; upload the inputs first")));
        }
        return blobs.put(submission.document().getBytes());
    }

    void list(RoutingContext context) {
        String owner = Answers.query(context, "owner");
        String state = Answers.query(context, "state");
        if (state != null && !JobView.STATES.contains(state)) {
            throw new HttpProblemException(
                    ProblemKind.BAD_PARAMETER, "'state' is one of " + String.join(", ", JobView.STATES));
        }
        int limit = Answers.number(context, "limit", PAGE, 1, 500);
        Predicate<JobView> filter =
                job -> (owner == null || owner.equals(job.owner())) && (state == null || state.equals(job.state()));
        long now = clock.millis();
        JobCursor cursor = JobCursors.parse(Answers.query(context, "cursor"), now);
        Answers.send(
                context,
                views.jobs(now, cursor, limit, filter)
                        .map(listing -> new JobPage(
                                listing.jobs(),
                                listing.next().map(JobCursors::text).orElse(null))));
    }

    void get(RoutingContext context) {
        String jobId = Answers.jobId(context);
        Answers.send(context, jobs.find(jobId));
    }

    void cancel(RoutingContext context) {
        String jobId = Answers.jobId(context);
        String by = Owners.of(context, settings.owner());
        rate.takeCommand(context, by);
        String traceparent = TraceContext.of(context.request());
        // A job that this gateway remembers can be cancelled without Cassandra. Only the final state of a job that has
        // ended must be read from the view.
        hub.known(jobId)
                .map(known -> cancel(jobId, known.pool(), by, traceparent)
                        .compose(done -> known.phase() == KnownJob.Phase.ENDED
                                ? jobs.find(jobId).map(JobsApi::ended)
                                : Future.succeededFuture(Map.of("id", jobId))))
                .orElseGet(() -> jobs.find(jobId).compose(job -> cancel(jobId, job.pool(), by, traceparent)
                        .map(done -> ended(job))))
                .onSuccess(answer -> Answers.send(context, 202, answer))
                .onFailure(context::fail);
    }

    private Future<Void> cancel(String jobId, String pool, String by, @Nullable String traceparent) {
        return publishing.publish(new JobCancelRequested(jobId, pool, by, "cancelled by " + by), traceparent);
    }

    private static Map<String, String> ended(JobView job) {
        return job.finished() ? Map.of("id", job.id(), "ended", job.state()) : Map.of("id", job.id());
    }

    void retry(RoutingContext context) {
        String jobId = Answers.jobId(context);
        boolean failedOnly = Answers.flag(context, "failed");
        String by = Owners.of(context, settings.owner());
        rate.take(context, by);
        jobs.find(jobId)
                .compose(job -> {
                    JobRetryRequested request = retry(job, by, failedOnly);
                    rate.takeTasks(context, by, request.tasks());
                    return publishing
                            .publish(request, TraceContext.of(context.request()))
                            .map(done -> Map.<String, Object>of(
                                    "id", jobId, "run", request.run(), "tasks", request.tasks()));
                })
                .onSuccess(answer -> Answers.send(context, 202, answer))
                .onFailure(context::fail);
    }

    private static JobRetryRequested retry(JobView job, String by, boolean failedOnly) {
        if (!job.finished()) {
            throw new HttpProblemException(
                    ProblemKind.JOB_NOT_FINISHED,
                    "job " + job.id() + " is " + job.state() + "; only what ended is retried");
        }
        if (job.run() + 1 >= MAX_RUNS) {
            throw new HttpProblemException(
                    ProblemKind.TOO_MANY_RUNS,
                    "job " + job.id() + " has run " + MAX_RUNS + " times; submit it again instead");
        }
        JobCounts counts = job.counts();
        String plan = job.planDigest();
        if (plan == null || counts.total() == 0) {
            throw new HttpProblemException(
                    ProblemKind.NOTHING_TO_RETRY,
                    "job " + job.id() + " was rejected and has no tasks: " + job.reason());
        }
        int tasks = failedOnly ? counts.total() - counts.passed() : counts.total();
        if (tasks == 0) {
            throw new HttpProblemException(
                    ProblemKind.NOTHING_TO_RETRY, "all " + counts.total() + " tasks of job " + job.id() + " passed");
        }
        return new JobRetryRequested(job.id(), job.pool(), by, job.run() + 1, failedOnly, new Digest(plan), tasks);
    }
}
