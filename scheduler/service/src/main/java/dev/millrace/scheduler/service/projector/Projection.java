package dev.millrace.scheduler.service.projector;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.platform.blob.BlobNotFoundException;
import dev.millrace.platform.blob.CorruptBlobException;
import dev.millrace.platform.blob.RefusedException;
import dev.millrace.scheduler.service.documents.Documents;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.codec.EventEnvelope;
import dev.millrace.schemas.event.AttemptDropped;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobStarted;
import dev.millrace.schemas.event.RetryScheduled;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.UnitResult;
import dev.millrace.schemas.event.UnitResults;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.json.MalformedJsonException;
import dev.millrace.schemas.plan.Plan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a decision into writes of the views and the history. The same decision always gives the same writes, and their order does not
 * matter. Reading plans and preparing statements block. For use by one thread.
 */
final class Projection {
    private static final Logger LOG = LoggerFactory.getLogger(Projection.class);

    private final ViewStatements views;
    private final SampleStatements samples;
    private final Documents documents;

    Projection(CqlSession session, String keyspace, Documents documents) {
        var inserts = new Inserts(session, keyspace);
        this.views = new ViewStatements(inserts);
        this.samples = new SampleStatements(inserts);
        this.documents = documents;
    }

    /**
     * Returns the writes of an event; none if the event is not a decision.
     *
     * @param atMs when the event was put on its topic
     */
    List<BoundStatement> of(EventEnvelope event, long atMs) throws IOException {
        if (!(event.data() instanceof Decision decision)) {
            return List.of();
        }
        var writes = new ArrayList<>(views.of(decision, atMs));
        if (decision instanceof JobStarted it) {
            writes.addAll(queued(it, atMs));
        } else if (decision instanceof TaskCompleted it && it.result() != null) {
            writes.addAll(samples(it.taskId(), it.historyKey(), event.id(), it.finishedAtMs(), it.result()));
        } else if (decision instanceof RetryScheduled it && it.result() != null) {
            writes.addAll(samples(it.taskId(), it.historyKey(), event.id(), atMs, it.result()));
        } else if (decision instanceof AttemptDropped it && it.result() != null) {
            writes.addAll(samples(it.taskId(), it.historyKey(), event.id(), atMs, it.result()));
        }
        return writes;
    }

    /** Returns the digest of the document that must be read for the writes of an event, if there is one. */
    static Optional<Digest> document(Event event) {
        if (event instanceof JobStarted it) {
            return Optional.of(it.planDigest());
        }
        AttemptResult result = event instanceof TaskCompleted completed
                ? completed.result()
                : event instanceof RetryScheduled retry
                        ? retry.result()
                        : event instanceof AttemptDropped dropped ? dropped.result() : null;
        return result == null ? Optional.empty() : Optional.ofNullable(result.unitResults());
    }

    /**
     * Returns the writes for the samples of an attempt. If its unit results are lost, the history has a gap; lost results must not stop all
     * views.
     */
    private List<BoundStatement> samples(
            String taskId, String historyKey, String eventId, long finishedAtMs, AttemptResult result)
            throws IOException {
        Digest inBlob = result.unitResults();
        try {
            List<UnitResult> units = inBlob == null ? result.units() : UnitResults.read(documents.get(inBlob));
            return samples.of(taskId, historyKey, eventId, finishedAtMs, result, units);
        } catch (BlobNotFoundException
                | CorruptBlobException
                | RefusedException
                | JsonProcessingException
                | MalformedJsonException e) {
            LOG.atError()
                    .addKeyValue("taskId", taskId)
                    .addKeyValue("unitResults", inBlob)
                    .addKeyValue("cause", e)
                    .log("the unit results of an attempt are lost");
            return List.of();
        }
    }

    /**
     * Returns the writes for the queued tasks of a job. If its plan is lost, each task appears in the views only at the first decision
     * about it; one lost blob must not stop all views.
     */
    private List<BoundStatement> queued(JobStarted job, long atMs) throws IOException {
        try {
            return views.queued(job, Json.MAPPER.readValue(documents.get(job.planDigest()), Plan.class), atMs);
        } catch (BlobNotFoundException | CorruptBlobException | RefusedException | JsonProcessingException e) {
            LOG.atError()
                    .addKeyValue("jobId", job.jobId())
                    .addKeyValue("planDigest", job.planDigest())
                    .addKeyValue("cause", e)
                    .log("the plan of a job is lost");
            return List.of();
        }
    }
}
