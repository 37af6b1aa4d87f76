package dev.millrace.gateway.api;

import dev.millrace.gateway.junit.BlockingReaders;
import dev.millrace.gateway.junit.JUnitMerge;
import dev.millrace.gateway.junit.ResultSpool;
import dev.millrace.gateway.view.JobView;
import dev.millrace.gateway.view.JobViews;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.schemas.event.CaseCounts;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.OutputStream;
import javax.xml.stream.XMLStreamException;

/** The merged JUnit XML of a finished job. */
public final class JUnitApi {
    private final BlockingReaders readers;
    private final BlobClient blobs;
    private final JobViews views;
    private final JobLookup jobs;
    private final ResultSpool spool;

    /** @param readers serves merges to readers; each reader holds a thread until it has received its whole merge */
    public JUnitApi(BlockingReaders readers, BlobClient blobs, JobViews views, JobLookup jobs, ResultSpool spool) {
        this.readers = readers;
        this.blobs = blobs;
        this.views = views;
        this.jobs = jobs;
        this.spool = spool;
    }

    void junit(RoutingContext context) {
        String jobId = Answers.jobId(context);
        jobs.find(jobId)
                .compose(job -> {
                    if (!job.finished()) {
                        throw new HttpProblemException(
                                ProblemKind.JOB_NOT_FINISHED, "job " + jobId + " is still " + job.state());
                    }
                    return readers.serve(context, job.owner(), out -> merge(job, context.response(), out));
                })
                .compose(done -> context.response().end())
                .onFailure(context::fail);
    }

    /**
     * Writes the merged results. If results cannot be fetched after the answer has begun, the connection ends before the answer is
     * complete.
     */
    private void merge(JobView job, HttpServerResponse response, OutputStream out)
            throws IOException, XMLStreamException {
        var merge = new JUnitMerge(views, blobs, spool, job, response::closed);
        CaseCounts total = merge.count();
        response.setChunked(true).putHeader("Content-Type", "application/xml");
        merge.write(total, out);
    }
}
