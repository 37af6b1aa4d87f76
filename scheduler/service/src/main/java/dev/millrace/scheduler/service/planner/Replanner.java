package dev.millrace.scheduler.service.planner;

import dev.millrace.platform.blob.BlobClient;
import dev.millrace.schemas.codec.Json;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobReplanned;
import dev.millrace.schemas.event.JobRetryRequested;
import dev.millrace.schemas.event.Rerun;
import dev.millrace.schemas.plan.Plan;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the tasks of a finished job that are to run again, by the views, and takes them from the job's plan as they were. The
 * views trail the topics, so they are asked until they have as many as the request says; a request they never agree with is
 * dropped with an error in the log, since it must not hold up other jobs.
 */
final class Replanner {
    private static final Logger LOG = LoggerFactory.getLogger(Replanner.class);
    private static final int TRIES = 20;
    private static final long PAUSE_MS = 500;

    private final Vertx vertx;
    private final VerdictReader verdicts;
    private final BlobClient blobs;
    private final WorkerExecutor blobIo;

    Replanner(Vertx vertx, VerdictReader verdicts, BlobClient blobs, WorkerExecutor blobIo) {
        this.vertx = vertx;
        this.verdicts = verdicts;
        this.blobs = blobs;
        this.blobIo = blobIo;
    }

    /** What to publish, or nothing. Fails while the plan cannot be had. */
    Future<List<Event>> replan(JobRetryRequested job) {
        return blobIo.executeBlocking(() -> Json.MAPPER.readValue(blobs.get(job.planDigest()), Plan.class))
                .compose(plan -> toRetry(job, plan, TRIES).map(ended -> events(job, plan, ended)));
    }

    private Future<List<VerdictReader.Ended>> toRetry(JobRetryRequested job, Plan plan, int tries) {
        return verdicts.read(job.jobId(), plan.tasks().size())
                .map(all -> all.stream()
                        .filter(ended -> !job.failedOnly() || !ended.passed())
                        .toList())
                .recover(failure -> {
                    LOG.atWarn()
                            .addKeyValue("jobId", job.jobId())
                            .addKeyValue("cause", failure)
                            .log("verdicts cannot be read");
                    return Future.succeededFuture(List.of());
                })
                .compose(found -> {
                    if (found.size() == job.tasks()) {
                        return Future.succeededFuture(found);
                    }
                    if (tries == 1) {
                        LOG.atError()
                                .addKeyValue("jobId", job.jobId())
                                .addKeyValue("run", job.run())
                                .addKeyValue("expected", job.tasks())
                                .addKeyValue("found", found.size())
                                .log("a retry is dropped: the views have other tasks than it says");
                        return Future.succeededFuture(List.of());
                    }
                    return vertx.timer(PAUSE_MS).compose(waited -> toRetry(job, plan, tries - 1));
                });
    }

    private static List<Event> events(JobRetryRequested job, Plan plan, List<VerdictReader.Ended> toRetry) {
        var events = new ArrayList<Event>();
        if (toRetry.isEmpty()) {
            return events;
        }
        events.add(new JobReplanned(
                job.jobId(), job.pool(), job.by(), job.run(), job.failedOnly(), job.planDigest(), toRetry.size()));
        int position = plan.tasks().size() - toRetry.size();
        for (VerdictReader.Ended ended : toRetry) {
            events.add(Planner.queued(
                    job.jobId(),
                    job.pool(),
                    plan.project(),
                    job.planDigest(),
                    plan.tasks().get(ended.index()),
                    new Rerun(job.run(), ended.attempts(), position)));
            position++;
        }
        return events;
    }
}
